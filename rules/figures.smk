"""Figures, as PNG and SVG, from the tables alone.

Needs: tables. Makes: results/plots/{name}.{png,svg}.
"""

# The tables that each figure reads; its script is plot_{name}.py.
FIGURES = {
    "parameters": ["parameters"],
    "latency": ["latency"],
    "latency_vs_frames": ["latency_vs_frames", "latency_growth"],
    "latency_vs_batch": ["latency_vs_batch"],
    **({"latency_vs_threads": ["latency_vs_threads"]} if THREADS else {}),
    "energy": ["energy"],
    "energy_vs_frames": ["energy_vs_frames"],
    "power_vs_time": ["power_vs_time"],
    "wer_vs_duration": ["wer_vs_duration"],
    "wer_vs_latency": ["wer", "latency", "parameters"],
    "wer_vs_energy": ["wer", "energy", "parameters"],
}


ALL_FIGURES = figure(*FIGURES)


rule plot_figure:
    input:
        tables=lambda wildcards: [f"results/tables/{t}.csv" for t in FIGURES[wildcards.figure]],
        program=lambda wildcards: program(f"plot_{wildcards.figure}.py"),
        modules=lambda wildcards: modules(f"plot_{wildcards.figure}.py"),
    output:
        report(
            "results/plots/{figure}.{ending}",
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{figure}", "format": "{ending}"},
        ),
    log:
        "results/logs/plots/{figure}.{ending}.log",
    wildcard_constraints:
        figure="|".join(FIGURES),
        ending="png|svg",
    conda:
        ENVIRONMENT
    params:
        study=STUDY_FILE,
        settings=json.dumps(relevant.tables(STUDY)),
    message:
        "Draw {output}"
    shell:
        "python {input.program} --config {params.study}"
        " --tables results/tables --out {output}"
        " 2>&1 | tee {log}"
