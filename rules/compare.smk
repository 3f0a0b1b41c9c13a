"""Results of several devices or dates side by side.

Needs: compare, a list of results folders or archives of pack_results.py; nothing is measured.
Makes: results/compare/devices.{csv,schema.json,md,tex}, results/compare/{latency,energy,wer}.{csv,schema.json,md,tex,png,svg}.
"""

COMPARED = [f"results/compare/devices.{ending}" for ending in TABLE_ENDINGS] + [
    f"results/compare/{name}.{ending}"
    for name in ("latency", "energy", "wer")
    for ending in (*TABLE_ENDINGS, "png", "svg")
]


rule compare:
    input:
        files=compared_files,
    output:
        COMPARED,
    log:
        "results/logs/compare.log",
    conda:
        ENVIRONMENT
    params:
        program=program("compare_results.py"),
        code=code("compare_results.py"),
        runs=STUDY.compare,
        folder=lambda wildcards, output: os.path.dirname(output[0]),
    message:
        "Compare {params.runs}"
    shell:
        "python {params.program} --out {params.folder} {params.runs:q} 2>&1 | tee {log}"
