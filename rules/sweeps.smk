"""Sweeps: latency against length of the input and threads, forward pass against batch size.

Needs: a model's files, the sample. Makes: results/sweeps/{frames,threads}/{model}/{variant}/round{r}.csv
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
    (
        [f"{v.model}/{v.slug}" for v in STUDY.variants() if v.model in can(SETS_THREADS)]
        if STUDY.sweeps.threads.counts
        else []
    ),
    STUDY.sweeps.threads.rounds,
)
BATCH = rounds(
    "sweeps/batch/{variant}/round{round}.csv",
    can(BATCHES) if STUDY.sweeps.batch.sizes else [],
    STUDY.sweeps.batch.rounds,
)


use rule measure_footprint as measure_frames with:
    output:
        rows="results/sweeps/frames/{model}/{variant}/round{round}.csv",
        checks="results/sweeps/frames/{model}/{variant}/round{round}.csv.checks.json",
    log:
        "results/logs/sweeps/frames/{model}/{variant}/round{round}.log",
    priority: turn(FRAMES, "results/sweeps/frames/{model}/{variant}/round{round}.csv")
    params:
        program=outlived("measure_frames.py"),
        code=code_of_engine("measure_frames.py"),
        job=described("frames"),
    message:
        "Measure latency against input length: {wildcards.model} {wildcards.variant}, round {wildcards.round}"


use rule measure_footprint as measure_threads with:
    output:
        rows="results/sweeps/threads/{model}/{variant}/round{round}.csv",
        checks="results/sweeps/threads/{model}/{variant}/round{round}.csv.checks.json",
    log:
        "results/logs/sweeps/threads/{model}/{variant}/round{round}.log",
    priority: turn(THREADS, "results/sweeps/threads/{model}/{variant}/round{round}.csv")
    params:
        program=outlived("measure_threads.py"),
        code=code_of_engine("measure_threads.py"),
        job=described("threads"),
    message:
        "Measure latency against threads: {wildcards.model} {wildcards.variant}, round {wildcards.round}"


use rule measure_footprint as measure_batch with:
    output:
        rows="results/sweeps/batch/{model}/round{round}.csv",
        checks="results/sweeps/batch/{model}/round{round}.csv.checks.json",
    log:
        "results/logs/sweeps/batch/{model}/round{round}.log",
    priority: turn(BATCH, "results/sweeps/batch/{model}/round{round}.csv")
    params:
        program=outlived("measure_batch.py"),
        code=code("measure_batch.py"),
        job=described("batch"),
    message:
        "Measure the forward pass against batch size: {wildcards.model}, round {wildcards.round}"
