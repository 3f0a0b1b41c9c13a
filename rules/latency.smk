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
        machine=100,
    params:
        program=program("measure_latency.py"),
        code=code("measure_latency.py"),
        study=STUDY_FILE,
        settings=settings("latency"),
    message:
        "Measure latency: {wildcards.model} at CTC weight {wildcards.ctc_weight}, round {wildcards.round}"
    shell:
        "python {params.program} --config {params.study}"
        " --model {wildcards.model:q} --ctc-weight {wildcards.ctc_weight}"
        " --manifest {input.model:q} --sample {input.sample}"
        " --round {wildcards.round} --out {output.rows:q}"
        " 2>&1 | tee {log:q}"
