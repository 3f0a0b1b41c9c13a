"""Parameters of each model by module and by way of decoding, and its multiply-adds.

Needs: a model's files. Makes: results/parameters/{model}.csv, results/compute/{model}.csv.
"""


rule count_parameters:
    input:
        model=files_of_checkpoint,
    output:
        counts=report(
            "results/parameters/{model}.csv",
            caption="../report/measured.rst",
            category="Measured rows",
            subcategory="Parameters",
            labels={"model": "{model}"},
        ),
    log:
        "results/logs/parameters/{model}.log",
    wildcard_constraints:
        model=one_of([name for name in BUILDS if name not in can(COUNTS_COMPUTE)]),
    conda:
        ENVIRONMENT
    params:
        program=program("count_parameters.py"),
        code=code_of_counts,
        job=described("parameters"),
        more="",
    message:
        "Count the parameters of {wildcards.model}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q} --out {output.counts:q} {params.more}"
        " 2>&1 | tee {log:q}"


# What can count multiply-adds does so in the same process: the model is loaded once, and what
# counts is imported once for all models of a run.
use rule count_parameters as count_model with:
    output:
        compute="results/compute/{model}.csv",
        counts=report(
            "results/parameters/{model}.csv",
            caption="../report/measured.rst",
            category="Measured rows",
            subcategory="Parameters",
            labels={"model": "{model}"},
        ),
    wildcard_constraints:
        model=one_of(can(COUNTS_COMPUTE)),
    params:
        program=program("count_parameters.py"),
        code=code_of_counts,
        job=described("compute"),
        more=lambda wildcards, output: f"--compute {shlex.quote(output.compute)} --planned {TO_MAKE}",
    message:
        "Count the parameters and multiply-adds of {wildcards.model}"
