"""Speech: fetched or found on disk, listed, and a sample of it drawn.

Needs: speech.path or speech.urls. Makes: results/data/{utterances,rejected,sample}.csv.
"""

SPEECH = f"resources/speech/{STUDY.speech.name}/speech.json"


rule fetch_speech:
    input:
        archive_on_disk(STUDY.speech.path),
    output:
        SPEECH,
    log:
        "results/logs/fetch_speech.log",
    conda:
        ENVIRONMENT
    params:
        program=program("fetch_speech.py"),
        code=code("fetch_speech.py"),
        study=STUDY_FILE,
        settings=json.dumps(describe_job.speech(STUDY)),
        folder=lambda wildcards, output: os.path.dirname(output[0]),
    message:
        "Bring the speech onto the disk"
    shell:
        "python {params.program} --config {params.study} --out {params.folder}" " 2>&1 | tee {log}"


rule list_utterances:
    input:
        speech=SPEECH,
    output:
        utterances="results/data/utterances.csv",
        rejected="results/data/rejected.csv",
    log:
        "results/logs/list_utterances.log",
    conda:
        ENVIRONMENT
    params:
        program=program("list_utterances.py"),
        code=code("list_utterances.py"),
        study=STUDY_FILE,
        settings=json.dumps(describe_job.speech(STUDY)),
    message:
        "List the utterances, and read each to its end"
    shell:
        "python {params.program} --config {params.study} --speech {input.speech}"
        " --out {output.utterances} --rejected {output.rejected}"
        " 2>&1 | tee {log}"


rule draw_sample:
    input:
        utterances="results/data/utterances.csv",
    output:
        "results/data/sample.csv",
    log:
        "results/logs/draw_sample.log",
    conda:
        ENVIRONMENT
    params:
        program=program("draw_sample.py"),
        code=code("draw_sample.py"),
        study=STUDY_FILE,
        utterances=STUDY.latency.utterances,
        seed=STUDY.latency.seed,
        cut_above_s=STUDY.speech.cut_above_s(),
    message:
        "Draw the sample for latency and energy"
    shell:
        "python {params.program} --config {params.study}"
        " --utterances {input.utterances} --out {output}"
        " 2>&1 | tee {log}"
