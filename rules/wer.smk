"""Hypotheses of each variant for the whole corpus (or a sample of it).

Needs: a model's files, the list of utterances. Makes: results/wer/{model}/ctc{w}/hypotheses.jsonl.
"""

HYPOTHESES = [f"results/wer/{variant}/hypotheses.jsonl" for variant in VARIANTS]


rule decode_corpus:
    input:
        model="resources/models/{model}/model.json",
        utterances="results/data/utterances.csv",
        program=program("decode_corpus.py"),
        modules=modules("decode_corpus.py"),
    output:
        "results/wer/{model}/ctc{ctc_weight}/hypotheses.jsonl",
    log:
        "results/logs/wer/{model}/ctc{ctc_weight}.log",
    conda:
        ENVIRONMENT
    threads: 1
    params:
        study=STUDY_FILE,
        settings=settings("decoding"),
    message:
        "Decode the corpus: {wildcards.model} at CTC weight {wildcards.ctc_weight}"
    shell:
        "python {input.program} --config {params.study}"
        " --model {wildcards.model:q} --ctc-weight {wildcards.ctc_weight}"
        " --manifest {input.model:q} --utterances {input.utterances}"
        " --threads {threads} --out {output:q}"
        " 2>&1 | tee {log:q}"
