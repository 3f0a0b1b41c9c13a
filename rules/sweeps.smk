"""Sweeps: latency against length of the input and threads, forward pass against batch size.

Needs: a model's files, the sample. Makes: results/sweeps/{frames,threads}/{model}/ctc{w}/round{r}.csv
and results/sweeps/batch/{model}/round{r}.csv, each with what was found of the device beside it.
"""

# A sweep over no values is left out.
FRAMES = rounds(
    "sweeps/frames/{variant}/round{round}.csv",
    VARIANTS if STUDY.sweeps.frames.lengths else [],
    STUDY.sweeps.frames.rounds,
)
THREADS = rounds(
    "sweeps/threads/{variant}/round{round}.csv",
    VARIANTS if STUDY.sweeps.threads.counts else [],
    STUDY.sweeps.threads.rounds,
)
BATCH = rounds(
    "sweeps/batch/{variant}/round{round}.csv",
    MODELS if STUDY.sweeps.batch.sizes else [],
    STUDY.sweeps.batch.rounds,
)


rule measure_frames:
    input:
        model="resources/models/{model}/model.json",
        sample="results/data/sample.csv",
    output:
        rows="results/sweeps/frames/{model}/ctc{ctc_weight}/round{round}.csv",
        checks="results/sweeps/frames/{model}/ctc{ctc_weight}/round{round}.csv.checks.json",
    log:
        "results/logs/sweeps/frames/{model}/ctc{ctc_weight}/round{round}.log",
    priority: turn(FRAMES, "results/sweeps/frames/{model}/ctc{ctc_weight}/round{round}.csv")
    conda:
        ENVIRONMENT
    resources:
        machine=100,
    params:
        program=program("measure_frames.py"),
        code=code("measure_frames.py"),
        study=STUDY_FILE,
        settings=settings("frames"),
    message:
        "Measure latency against input length: {wildcards.model} at CTC weight {wildcards.ctc_weight}, round {wildcards.round}"
    shell:
        "python {params.program} --config {params.study}"
        " --model {wildcards.model:q} --ctc-weight {wildcards.ctc_weight}"
        " --manifest {input.model:q} --sample {input.sample}"
        " --round {wildcards.round} --out {output.rows:q}"
        " 2>&1 | tee {log:q}"


rule measure_threads:
    input:
        model="resources/models/{model}/model.json",
        sample="results/data/sample.csv",
    output:
        rows="results/sweeps/threads/{model}/ctc{ctc_weight}/round{round}.csv",
        checks="results/sweeps/threads/{model}/ctc{ctc_weight}/round{round}.csv.checks.json",
    log:
        "results/logs/sweeps/threads/{model}/ctc{ctc_weight}/round{round}.log",
    priority: turn(THREADS, "results/sweeps/threads/{model}/ctc{ctc_weight}/round{round}.csv")
    conda:
        ENVIRONMENT
    resources:
        machine=100,
    params:
        program=program("measure_threads.py"),
        code=code("measure_threads.py"),
        study=STUDY_FILE,
        settings=settings("threads"),
    message:
        "Measure latency against threads: {wildcards.model} at CTC weight {wildcards.ctc_weight}, round {wildcards.round}"
    shell:
        "python {params.program} --config {params.study}"
        " --model {wildcards.model:q} --ctc-weight {wildcards.ctc_weight}"
        " --manifest {input.model:q} --sample {input.sample}"
        " --round {wildcards.round} --out {output.rows:q}"
        " 2>&1 | tee {log:q}"


rule measure_batch:
    input:
        model="resources/models/{model}/model.json",
        sample="results/data/sample.csv",
    output:
        rows="results/sweeps/batch/{model}/round{round}.csv",
        checks="results/sweeps/batch/{model}/round{round}.csv.checks.json",
    log:
        "results/logs/sweeps/batch/{model}/round{round}.log",
    priority: turn(BATCH, "results/sweeps/batch/{model}/round{round}.csv")
    conda:
        ENVIRONMENT
    resources:
        machine=100,
    params:
        program=program("measure_batch.py"),
        code=code("measure_batch.py"),
        study=STUDY_FILE,
        settings=settings("batch"),
    message:
        "Measure the forward pass against batch size: {wildcards.model}, round {wildcards.round}"
    shell:
        "python {params.program} --config {params.study}"
        " --model {wildcards.model:q} --manifest {input.model:q} --sample {input.sample}"
        " --round {wildcards.round} --out {output.rows:q}"
        " 2>&1 | tee {log:q}"
