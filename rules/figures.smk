"""Figures, as PNG and SVG, from the tables alone.

Needs: tables. Makes: results/plots/{name}.{png,svg}.
"""

# A figure is left out where a table that it reads is.
FIGURES = {
    name: read for name, read in TABLES_OF.items() if all(table in ROWS_OF for table in read)
}

ALL_FIGURES = figure(*FIGURES)


rule plot_figure:
    input:
        tables=lambda wildcards: [f"results/tables/{t}.csv" for t in FIGURES[wildcards.figure]],
    output:
        png=report(
            "results/plots/{figure}.png",
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{figure}", "format": "png"},
        ),
        svg=report(
            "results/plots/{figure}.svg",
            caption="../report/figure.rst",
            category="Figures",
            labels={"figure": "{figure}", "format": "svg"},
        ),
    log:
        "results/logs/plots/{figure}.log",
    wildcard_constraints:
        figure="|".join(FIGURES),
    # After all tables, so that one process finds all that it can draw.
    priority: -1000
    conda:
        ENVIRONMENT
    resources:
        planned=TO_MAKE,
    params:
        program=program("plot_figure.py"),
        code=lambda wildcards: code("plot_figure.py", f"asrbench.figures.{wildcards.figure}"),
        study=STUDY_FILE,
        settings=json.dumps(describe_job.tables(STUDY)),
    message:
        "Draw {wildcards.figure}"
    shell:
        "python {params.program} {wildcards.figure} --config {params.study}"
        " --tables results/tables --out {output.png} {output.svg}"
        " --planned {resources.planned}"
        " 2>&1 | tee {log}"
