"""Hypotheses of each variant for the whole corpus (or a sample of it).

Needs: a model's files, the list of utterances. Makes: results/data/references.json,
results/wer/{model}/{variant}/hypotheses.jsonl, by way of shards that are decoded by processes of one thread each.
"""

from asrbench.measure import encoder_cache

ENCODER_OUTPUTS = "results/wer/encoder_outputs"
HYPOTHESES = [f"results/wer/{variant}/hypotheses.jsonl" for variant in VARIANTS]
# Seen before anything is decoded, and no input of what decodes: another normalisation decodes
# nothing again. Random weights are not scored.
SCORED = any(model.weights != "random" for model in STUDY.models)
REFERENCES = ["results/data/references.json"] if SCORED else []


scattergather:
    wer=STUDY.wer.shards,


onsuccess:
    encoder_cache.remove_when_done(ENCODER_OUTPUTS, HYPOTHESES)


rule check_references:
    input:
        utterances="results/data/utterances.csv",
    output:
        "results/data/references.json",
    log:
        "results/logs/check_references.log",
    # The first of all that is ready.
    priority: 1000000
    conda:
        ENVIRONMENT
    params:
        program=program("check_references.py"),
        code=code("check_references.py"),
        study=STUDY_FILE,
        settings=json.dumps([STUDY.wer.normalisation, describe_job.wer_corpus(STUDY)]),
    message:
        "See that the normalisation keeps the letters of the references"
    shell:
        "python {params.program} --config {params.study}"
        " --utterances {input.utterances} --out {output}"
        " 2>&1 | tee {log}"


rule decode_shard:
    input:
        model=files_of_checkpoint,
        utterances="results/data/utterances.csv",
    output:
        "results/wer/{model}/{variant}/shards/{scatteritem}.jsonl",
    log:
        "results/logs/wer/{model}/{variant}/{scatteritem}.log",
    # A model's first weight first: it leaves the encoder's outputs to the others.
    priority: first_decoding_first
    conda:
        ENVIRONMENT
    threads: 1
    # No parameter: with outputs that are shared or without them, the words are the same.
    resources:
        encoder_outputs=shared_encoder_outputs,
        # Shards of the device's GPU follow each other: its memory is of one. On a cluster each
        # asks for one.
        gpu=gpus,
        device_gpu=gpus,
    params:
        program=outlived("decode_corpus.py"),
        code=code_of_words("decode_corpus.py"),
        job=described("decoding"),
    message:
        "Decode the corpus: {wildcards.model} {wildcards.variant}," " shard {wildcards.scatteritem}"
    shell:
        "python {params.program} --job {params.job:q}"
        " --manifest {input.model:q} --utterances {input.utterances}"
        " --shard {wildcards.scatteritem} --threads {threads}"
        " --encoder-outputs={resources.encoder_outputs} --out {output:q}"
        " 2>&1 | tee {log:q}"


rule gather_hypotheses:
    input:
        shards=shards,
        utterances="results/data/utterances.csv",
    output:
        "results/wer/{model}/{variant}/hypotheses.jsonl",
    log:
        "results/logs/wer/{model}/{variant}.log",
    conda:
        ENVIRONMENT
    params:
        program=program("gather_hypotheses.py"),
        code=code("gather_hypotheses.py"),
        job=described("decoding"),
    message:
        "Gather the hypotheses of {wildcards.model} {wildcards.variant}"
    shell:
        "python {params.program} --job {params.job:q} --utterances {input.utterances}"
        " --shards {input.shards:q} --out {output:q}"
        " 2>&1 | tee {log:q}"
