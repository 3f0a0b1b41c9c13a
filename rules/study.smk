"""What is run, and on what.

Needs: the configuration. Makes: results/study.json, results/device.json.
"""


rule study:
    input:
        program=program("resolve_config.py"),
        modules=modules("resolve_config.py"),
    output:
        "results/study.json",
    log:
        "results/logs/study.log",
    conda:
        ENVIRONMENT
    params:
        config=STUDY.model_dump_json(),
    message:
        "Write down the configuration as it is used"
    shell:
        "printf '%s' {params.config:q} | "
        "python {input.program} --config /dev/stdin --out {output} 2>&1 | tee {log}"


rule device:
    input:
        study="results/study.json",
        program=program("describe_device.py"),
        modules=modules("describe_device.py"),
    output:
        "results/device.json",
    log:
        "results/logs/device.log",
    conda:
        ENVIRONMENT
    message:
        "Describe the device"
    shell:
        "python {input.program} --config {input.study} --out {output}" " 2>&1 | tee {log}"
