"""Parameters of each model, by module and by way of decoding.

Needs: a model's files. Makes: results/parameters/{model}.csv.
"""


rule count_parameters:
    input:
        study=ancient("results/study.json"),
        model="resources/models/{model}/model.json",
        code=code("count_parameters.py"),
    output:
        "results/parameters/{model}.csv",
    conda:
        ENVIRONMENT
    shell:
        "{PYTHON} {SCRIPTS}/count_parameters.py --config {input.study}"
        " --model {wildcards.model:q} --manifest {input.model:q} --out {output:q}"
