from snakemake.utils import min_version

min_version("9.0")


include: "rules/config_files.smk"


configfile: "config.yaml"


report: "report/workflow.rst"


include: "rules/common.smk"
include: "rules/study.smk"
include: "rules/progress.smk"
include: "rules/data.smk"
include: "rules/models.smk"
include: "rules/pilot.smk"
include: "rules/parameters.smk"
include: "rules/footprint.smk"
include: "rules/latency.smk"
include: "rules/sweeps.smk"
include: "rules/energy.smk"
include: "rules/streaming.smk"
include: "rules/wer.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/compare.smk"
include: "rules/report.smk"


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
        tables(*[name for name in ROWS_OF if name.startswith("latency")]),
        figure(*[name for name in FIGURES if name.startswith("latency")]),


rule streaming:
    input:
        tables(*[name for name in ROWS_OF if name == "streaming"]),
        figure(*[name for name in FIGURES if name == "streaming"]),


rule energy:
    input:
        tables(*[name for name in ROWS_OF if name.startswith(("energy", "power"))]),
        figure(*[name for name in FIGURES if name.startswith(("energy", "power"))]),


rule wer:
    input:
        tables(*[name for name in ROWS_OF if name.startswith("wer")]),
        figure(*[name for name in FIGURES if name.startswith("wer")]),


# Only the shards of the word error rate ever leave the device, and only where a profile
# with an executor says so.
OURS = [each for each in workflow.rules if str(each.snakefile).startswith(PROJECT)]
workflow.localrules(*[each.name for each in OURS if each.name != "decode_shard"])
