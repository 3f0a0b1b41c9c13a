"""Speech that comes in piece by piece: how long a person waits for words.

Needs: a model's files, the sample. Makes: results/streaming/{model}/{variant}/round{r}.csv
and, of power, results/listening/{speech,silence}/{model}/{variant}/round{r}/{samples.csv,window.json}.
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


use rule measure_footprint as measure_streaming with:
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


LISTENING = [
    path
    for what in ("speech", "silence")
    for path in rounds(
        f"listening/{what}/{{variant}}/round{{round}}/window.json",
        STREAMED if STUDY.streaming.pieces_s and STUDY.streaming.energy else [],
        STUDY.energy.rounds,
    )
]


use rule measure_energy as measure_listening with:
    output:
        samples="results/listening/{what}/{model}/{variant}/round{round}/samples.csv",
        window="results/listening/{what}/{model}/{variant}/round{round}/window.json",
    log:
        "results/logs/listening/{what}/{model}/{variant}/round{round}.log",
    wildcard_constraints:
        what="speech|silence",
    priority: turn(LISTENING, "results/listening/{what}/{model}/{variant}/round{round}/window.json")
    params:
        program=lambda wildcards: f"{outlived('measure_energy.py')} --listening {wildcards.what}",
        code=code_of_engine("measure_energy.py"),
        job=described("listening"),
        study=STUDY_FILE,
        folder=lambda wildcards, output: os.path.dirname(output.window),
    message:
        "Measure power while listening to {wildcards.what}: {wildcards.model} {wildcards.variant}, round {wildcards.round}"
