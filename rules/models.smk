"""Checkpoints, each once whatever is built from it: from a folder, a packed zip, an address, the zoo or the hub.

Needs: a model's source. Makes: resources/models/{checkpoint}/model.json and what it names.
"""


rule fetch_model:
    input:
        model_on_disk,
    output:
        "resources/models/{checkpoint}/model.json",
    log:
        "results/logs/models/{checkpoint}.log",
    # All before anything is measured: a build that comes later is timed in turn with no other.
    priority: FIRST_OF_ALL + 1
    conda:
        ENVIRONMENT
    params:
        program=program("fetch_model.py"),
        code=lambda wildcards: code("fetch_model.py", *files_module(wildcards.checkpoint)),
        study=STUDY_FILE,
        settings=lambda wildcards: json.dumps(describe_job.checkpoint(STUDY, wildcards.checkpoint)),
    message:
        "Bring model {wildcards.checkpoint} onto the disk"
    shell:
        "python {params.program} --config {params.study}"
        " --model {wildcards.checkpoint:q} --out {output:q}"
        " 2>&1 | tee {log:q}"
