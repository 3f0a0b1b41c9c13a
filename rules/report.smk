"""The report: a page of results, and beside it Snakemake's report of the run.

Needs: tables, figures, the device's description.
Makes: results/report.html, results/run_report.html.
"""

PAGE_TABLES = [name for name in (*report_inputs.TABLES, *report_inputs.OPTIONAL) if name in ROWS_OF]
CAPTIONS = [
    os.path.relpath(os.path.join(PROJECT, "report", name))
    for name in ("workflow.rst", "table.rst", "figure.rst", "measured.rst")
]


rule report_page:
    input:
        tables=[f"results/tables/{name}.csv" for name in PAGE_TABLES],
        plots=[f"results/plots/{name}.svg" for name in FIGURES],
        device="results/device.json",
    output:
        "results/report.html",
    log:
        "results/logs/report_page.log",
    conda:
        ENVIRONMENT
    params:
        program=program("make_report_page.py"),
        code=code("make_report_page.py"),
        study=STUDY_FILE,
        settings=json.dumps(describe_job.tables(STUDY)),
    message:
        "Make the page of the report"
    shell:
        "python {params.program} --config {params.study} --out {output} 2>&1 | tee {log}"


rule run_report:
    input:
        ALL_TABLES,
        ALL_FIGURES,
        CAPTIONS,
    output:
        "results/run_report.html",
    log:
        "results/logs/run_report.log",
    conda:
        ENVIRONMENT
    params:
        program=program("make_run_report.py"),
        code=code("make_run_report.py"),
        study=STUDY_FILE,
        snakefile=os.path.relpath(workflow.main_snakefile),
    message:
        "Make Snakemake's report of the run"
    shell:
        "python {params.program} --config {params.study} --snakefile {params.snakefile:q}"
        " --out {output} 2>&1 | tee {log}"


rule report:
    input:
        "results/report.html",
        "results/run_report.html",
