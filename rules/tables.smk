"""Tables, as CSV with every digit, as Markdown to be read and as LaTeX for a paper.

Needs: raw rows. Makes: results/tables/{name}.{csv,md,tex}.
"""

# What the table of hypotheses reads, where there is such a table.
TESTED = [
    *("parameters", "latency", "latency_pairs", "latency_growth", "latency_vs_batch"),
    *("energy", "wer", "wer_pairs"),
]

# Raw rows, and what they should be of.
TIMED = [*LATENCY, "results/data/sample.csv"]
DECODED = [*HYPOTHESES, *REFERENCES, "results/data/utterances.csv"]

# Script and raw rows (or other tables) of each table.
TABLES = {
    "parameters": (
        "table_parameters.py",
        [
            *[f"results/parameters/{m}.csv" for m in MODELS],
            *[f"resources/models/{m}/model.json" for m in MODELS],
        ],
    ),
    "latency": ("table_latency.py", TIMED),
    "latency_pairs": ("table_latency_pairs.py", TIMED),
    "latency_vs_frames": ("table_frames.py", FRAMES),
    "latency_growth": ("table_latency_growth.py", FRAMES),
    "latency_vs_batch": ("table_batch.py", BATCH),
    # Left out where no numbers of threads are configured.
    **({"latency_vs_threads": ("table_threads.py", THREADS)} if THREADS else {}),
    "compute": (
        "table_compute.py",
        [
            *[f"results/{kind}/{m}.csv" for kind in ("parameters", "compute") for m in MODELS],
            *[f"resources/models/{m}/model.json" for m in MODELS],
            *TIMED,
        ],
    ),
    "energy": ("table_energy.py", [*ENERGY, "results/tables/latency.csv"]),
    "energy_vs_frames": (
        "table_energy_frames.py",
        [*ENERGY, "results/tables/latency_vs_frames.csv"],
    ),
    "power_vs_time": ("table_power.py", ENERGY),
    "wer": ("table_wer.py", DECODED),
    "wer_pairs": ("table_wer_pairs.py", DECODED),
    "wer_vs_duration": ("table_wer_duration.py", DECODED),
    "wer_worst": ("table_wer_worst.py", DECODED),
    "summary": (
        "table_summary.py",
        [f"results/tables/{name}.csv" for name in ("parameters", "latency", "energy", "wer")],
    ),
}
TABLES["hypotheses"] = (
    "table_hypotheses.py",
    [f"results/tables/{name}.csv" for name in TESTED if name in TABLES],
)
TABLES["data_dictionary"] = ("table_data_dictionary.py", [])

ALL_TABLES = tables(*TABLES)


rule make_table:
    input:
        rows=lambda wildcards: TABLES[wildcards.table][1],
        program=lambda wildcards: program(TABLES[wildcards.table][0]),
        modules=lambda wildcards: modules(TABLES[wildcards.table][0]),
    output:
        csv=report(
            "results/tables/{table}.csv",
            caption="../report/table.rst",
            category="Tables",
            labels={"table": "{table}"},
        ),
        markdown="results/tables/{table}.md",
        latex="results/tables/{table}.tex",
    log:
        "results/logs/tables/{table}.log",
    wildcard_constraints:
        table="|".join(TABLES),
    conda:
        ENVIRONMENT
    params:
        study=STUDY_FILE,
        settings=json.dumps(relevant.tables(STUDY)),
    message:
        "Make the table {wildcards.table}"
    shell:
        "python {input.program} --config {params.study}"
        " --csv {output.csv} --markdown {output.markdown}"
        " --latex {output.latex}"
        " 2>&1 | tee {log}"
