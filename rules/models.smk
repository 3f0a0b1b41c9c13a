"""Models: from a folder, a packed zip, an address, the zoo or the hub.

Needs: a model's source. Makes: resources/models/{model}/model.json and what it names.
"""


rule fetch_model:
    input:
        model_on_disk,
    output:
        "resources/models/{model}/model.json",
    log:
        "results/logs/models/{model}.log",
    conda:
        ENVIRONMENT
    params:
        program=program("fetch_model.py"),
        code=code("fetch_model.py"),
        study=STUDY_FILE,
        settings=described("model"),
    message:
        "Bring model {wildcards.model} onto the disk"
    shell:
        "python {params.program} --config {params.study}"
        " --model {wildcards.model:q} --out {output:q}"
        " 2>&1 | tee {log:q}"
