"""Loading and memory of each variant, of whose build the process holds nothing else.

Needs: a model's files, the sample. Makes: results/footprint/{model}/{variant}/round1.csv.
"""

FOOTPRINT = rounds("footprint/{variant}/round{round}.csv", VARIANTS, 1)


rule measure_footprint:
    input:
        model=files_of_checkpoint,
        sample="results/data/sample.csv",
    output:
        rows="results/footprint/{model}/{variant}/round{round}.csv",
        checks="results/footprint/{model}/{variant}/round{round}.csv.checks.json",
    log:
        "results/logs/footprint/{model}/{variant}/round{round}.log",
    # Before all latency, since how many builds a process can hold depends on it.
    priority: FIRST_OF_ALL
    conda:
        ENVIRONMENT
    resources:
        **ALONE,
        planned=PLANNED,
    params:
        program=outlived("measure_footprint.py"),
        code=code_of_engine("measure_footprint.py"),
        job=described("footprint"),
    message:
        "Measure loading and memory: {wildcards.model} {wildcards.variant}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q}"
        " --sample {input.sample} --round {wildcards.round} --strict {resources.strict}"
        " --planned {resources.planned} --out {output.rows:q} 2>&1 | tee {log:q}"
