from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


report: "report/workflow.rst"


include: "rules/common.smk"
include: "rules/study.smk"
include: "rules/data.smk"
include: "rules/models.smk"
include: "rules/parameters.smk"
include: "rules/latency.smk"
include: "rules/sweeps.smk"
include: "rules/energy.smk"
include: "rules/wer.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/report.smk"


localrules:
    all,
    parameters,
    latency,
    energy,
    wer,
    report,


rule all:
    default_target: True
    input:
        ALL_TABLES,
        ALL_FIGURES,
        "results/device.json",


rule parameters:
    input:
        tables("parameters", "compute"),
        figure("parameters"),


rule latency:
    input:
        tables(*[name for name in TABLES if name.startswith("latency")]),
        figure(*[name for name in FIGURES if name.startswith("latency")]),


rule energy:
    input:
        tables("energy", "energy_vs_frames"),
        figure("energy", "energy_vs_frames"),


rule wer:
    input:
        tables("wer"),
        figure("wer_vs_latency", "wer_vs_energy"),
