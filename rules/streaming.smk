"""Speech that comes in piece by piece: how long a person waits for words.

Needs: a model's files, the sample. Makes: results/streaming/{model}/{variant}/round{r}.csv.
"""

# Without pieces the stage is left out; a build whose engine takes whole utterances alone is too,
# unless it is asked to decode again and again.
STREAMED = [
    f"{variant.model}/{variant.slug}"
    for variant in STUDY.variants()
    if variant.model in can(STREAMS) or STUDY.streaming.redecode_s is not None
]
STREAMING = rounds(
    "streaming/{variant}/round{round}.csv",
    STREAMED if STUDY.streaming.pieces_s else [],
    STUDY.streaming.rounds,
)


use rule measure_latency as measure_streaming with:
    output:
        rows="results/streaming/{model}/{variant}/round{round}.csv",
        checks="results/streaming/{model}/{variant}/round{round}.csv.checks.json",
    log:
        "results/logs/streaming/{model}/{variant}/round{round}.log",
    priority: turn(STREAMING, "results/streaming/{model}/{variant}/round{round}.csv")
    params:
        program=outlived("measure_streaming.py"),
        code=code_of_engine("measure_streaming.py"),
        job=described("streaming"),
    message:
        "Measure streaming: {wildcards.model} {wildcards.variant}, round {wildcards.round}"
