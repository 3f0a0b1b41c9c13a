"""Latency of each variant over the sample, one fresh process a round.

Needs: a model's files, the sample. Makes: results/latency/{model}/{variant}/round{r}.csv.
"""

LATENCY = rounds("latency/{variant}/round{round}.csv", VARIANTS, STUDY.latency.rounds)


use rule measure_footprint as measure_latency with:
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
    params:
        program=outlived("measure_latency.py"),
        code=code_of_engine("measure_latency.py"),
        job=described("latency"),
    message:
        "Measure latency: {wildcards.model} {wildcards.variant}, round {wildcards.round}"
