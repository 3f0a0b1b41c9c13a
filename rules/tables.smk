"""Tables, as CSV with every digit, as Markdown to be read and as LaTeX for a paper.

Needs: raw rows. Makes: results/tables/{name}.{csv,schema.json,md,tex}.
"""

# What the table of hypotheses reads, where there is such a table.
TESTED = [
    *("parameters", "latency", "latency_pairs", "latency_growth", "latency_vs_batch"),
    *("energy", "wer", "wer_pairs"),
]

# Raw rows, and what they should be of.
TIMED = [*LATENCY, *FOOTPRINT, "results/data/sample.csv"]
DECODED = [*HYPOTHESES, *REFERENCES, "results/data/utterances.csv"]

# Raw rows (or other tables) of each table.
ROWS_OF = {
    "parameters": [
        *[f"results/parameters/{m}.csv" for m in BUILDS],
        *[f"resources/models/{c}/model.json" for c in CHECKPOINTS],
    ],
    "latency": TIMED,
    "latency_pairs": TIMED,
    # Each left out where its sweep is.
    **({"latency_vs_frames": FRAMES, "latency_growth": FRAMES} if FRAMES else {}),
    **({"latency_vs_batch": BATCH} if BATCH else {}),
    **({"latency_vs_threads": THREADS} if THREADS else {}),
    **(
        {"streaming": [*STREAMING, *LISTENING, *HYPOTHESES, "results/data/sample.csv"]}
        if STREAMING
        else {}
    ),
    "compute": [
        *[f"results/parameters/{m}.csv" for m in BUILDS],
        *[f"results/compute/{m}.csv" for m in can(COUNTS_COMPUTE)],
        *[f"resources/models/{c}/model.json" for c in CHECKPOINTS],
        *TIMED,
    ],
    "energy": [*ENERGY, "results/tables/latency.csv"],
    **({"energy_vs_frames": [*ENERGY, "results/tables/latency_vs_frames.csv"]} if FRAMES else {}),
    "power_vs_time": ENERGY,
    "wer": DECODED,
    "wer_pairs": DECODED,
    "wer_vs_duration": DECODED,
    "wer_worst": DECODED,
    "summary": [
        f"results/tables/{name}.csv" for name in ("parameters", "latency", "energy", "wer")
    ],
}
ROWS_OF["hypotheses"] = [f"results/tables/{name}.csv" for name in TESTED if name in ROWS_OF]
ROWS_OF["data_dictionary"] = []

ALL_TABLES = tables(*ROWS_OF)


rule make_table:
    input:
        rows=lambda wildcards: ROWS_OF[wildcards.table],
    output:
        csv=report(
            "results/tables/{table}.csv",
            caption="../report/table.rst",
            category="Tables",
            labels={"table": "{table}"},
        ),
        schema="results/tables/{table}.schema.json",
        markdown="results/tables/{table}.md",
        latex="results/tables/{table}.tex",
    log:
        "results/logs/tables/{table}.log",
    wildcard_constraints:
        table="|".join(ROWS_OF),
    conda:
        ENVIRONMENT
    resources:
        planned=TO_MAKE,
    params:
        program=program("make_table.py"),
        code=code_of_table,
        study=STUDY_FILE,
        settings=json.dumps(describe_job.tables(STUDY)),
    message:
        "Make the table {wildcards.table}"
    shell:
        "python {params.program} {wildcards.table} --config {params.study}"
        " --csv {output.csv} --markdown {output.markdown}"
        " --latex {output.latex} --planned {resources.planned}"
        " 2>&1 | tee {log}"
