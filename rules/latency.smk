"""Latency of each variant over the sample, one fresh process a round.

Needs: a model's files, the sample. Makes: results/latency/{model}/ctc{w}/round{r}.csv.
"""

LATENCY = rounds("latency/{variant}/round{round}.csv", VARIANTS, STUDY.latency.rounds)


rule measure_latency:
    input:
        model="resources/models/{model}/model.json",
        sample="results/data/sample.csv",
    output:
        rows=report(
            "results/latency/{model}/ctc{ctc_weight}/round{round}.csv",
            caption="../report/measured.rst",
            category="Measured rows",
            subcategory="Latency",
            labels={"model": "{model}", "CTC weight": "{ctc_weight}", "round": "{round}"},
        ),
        checks="results/latency/{model}/ctc{ctc_weight}/round{round}.csv.checks.json",
    log:
        "results/logs/latency/{model}/ctc{ctc_weight}/round{round}.log",
    priority: turn(LATENCY, "results/latency/{model}/ctc{ctc_weight}/round{round}.csv")
    conda:
        ENVIRONMENT
    resources:
        **ALONE,
    params:
        program=program("measure_latency.py"),
        code=code_of_engine("measure_latency.py"),
        job=described("latency"),
    message:
        "Measure latency: {wildcards.model} at CTC weight {wildcards.ctc_weight}, round {wildcards.round}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q}"
        " --sample {input.sample} --round {wildcards.round} --strict {resources.strict}"
        " --out {output.rows:q} 2>&1 | tee {log:q}"
