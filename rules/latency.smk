"""Latency of each variant over the sample, one fresh process a round.

Needs: a model's files, the sample. Makes: results/latency/{model}/{variant}/round{r}.csv.
"""

LATENCY = rounds("latency/{variant}/round{round}.csv", VARIANTS, STUDY.latency.rounds)


rule measure_latency:
    input:
        model=files_of_checkpoint,
        sample="results/data/sample.csv",
    output:
        rows=report(
            "results/latency/{model}/{variant}/round{round}.csv",
            caption="../report/measured.rst",
            category="Measured rows",
            subcategory="Latency",
            labels={"model": "{model}", "variant": "{variant}", "round": "{round}"},
        ),
        checks="results/latency/{model}/{variant}/round{round}.csv.checks.json",
    log:
        "results/logs/latency/{model}/{variant}/round{round}.log",
    priority: turn(LATENCY, "results/latency/{model}/{variant}/round{round}.csv")
    conda:
        ENVIRONMENT
    resources:
        **ALONE,
        planned=PLANNED,
    params:
        program=outlived("measure_latency.py"),
        code=code_of_engine("measure_latency.py"),
        job=described("latency"),
    message:
        "Measure latency: {wildcards.model} {wildcards.variant}, round {wildcards.round}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q}"
        " --sample {input.sample} --round {wildcards.round} --strict {resources.strict}"
        " --planned {resources.planned} --out {output.rows:q} 2>&1 | tee {log:q}"
