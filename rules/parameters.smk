"""Parameters of each model by module and by way of decoding, and its multiply-adds.

Needs: a model's files. Makes: results/parameters/{model}.csv, results/compute/{model}.csv.
"""


rule count_parameters:
    input:
        model=files_of_checkpoint,
    output:
        report(
            "results/parameters/{model}.csv",
            caption="../report/measured.rst",
            category="Measured rows",
            subcategory="Parameters",
            labels={"model": "{model}"},
        ),
    log:
        "results/logs/parameters/{model}.log",
    conda:
        ENVIRONMENT
    params:
        program=program("count_parameters.py"),
        code=lambda wildcards: code(
            "count_parameters.py", ENGINES[BUILDS[wildcards.model]["engine"]].parameters
        ),
        job=described("parameters"),
    message:
        "Count the parameters of {wildcards.model}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q} --out {output:q}"
        " 2>&1 | tee {log:q}"


rule count_compute:
    input:
        model=files_of_checkpoint,
    output:
        "results/compute/{model}.csv",
    log:
        "results/logs/compute/{model}.log",
    conda:
        ENVIRONMENT
    params:
        program=program("count_compute.py"),
        code=code("count_compute.py"),
        job=described("compute"),
    message:
        "Count the multiply-adds of {wildcards.model}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q} --out {output:q}"
        " 2>&1 | tee {log:q}"
