"""Speech: fetched or found on disk, listed, and a sample of it drawn.

Needs: speech.path or speech.urls. Makes: results/data/{utterances,rejected,sample}.csv.
"""

SPEECH = f"resources/speech/{STUDY.speech.name}/speech.json"


def speech_on_disk(_wildcards):
    """An archive on disk is an input; a folder is not, since its time tells nothing."""
    path = STUDY.speech.path
    return [path] if path is not None and os.path.isfile(path) else []


rule fetch_speech:
    """Download and unpack the corpus, or find it on disk."""
    input:
        speech_on_disk,
        study=ancient("results/study.json"),
        code=code("fetch_speech.py"),
    output:
        SPEECH,
    params:
        settings=settings("speech"),
        folder=os.path.dirname(SPEECH),
    conda:
        ENVIRONMENT
    shell:
        "{PYTHON} {SCRIPTS}/fetch_speech.py --config {input.study} --out {params.folder}"


rule list_utterances:
    """List the utterances, and what cannot be used with its reason."""
    input:
        study=ancient("results/study.json"),
        speech=SPEECH,
        code=code("list_utterances.py"),
    output:
        utterances="results/data/utterances.csv",
        rejected="results/data/rejected.csv",
    params:
        settings=settings("speech"),
    conda:
        ENVIRONMENT
    shell:
        "{PYTHON} {SCRIPTS}/list_utterances.py --config {input.study} --speech {input.speech}"
        " --out {output.utterances} --rejected {output.rejected}"


rule draw_sample:
    """Draw the utterances that every variant is measured on."""
    input:
        study=ancient("results/study.json"),
        utterances="results/data/utterances.csv",
        code=code("draw_sample.py"),
    output:
        "results/data/sample.csv",
    params:
        count=STUDY.latency.utterances,
        seed=STUDY.latency.seed,
    conda:
        ENVIRONMENT
    shell:
        "{PYTHON} {SCRIPTS}/draw_sample.py --config {input.study}"
        " --utterances {input.utterances} --out {output}"
