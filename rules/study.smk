"""What is run, and on what.

Needs: the configuration. Makes: results/study.json, results/device.json.
"""


onstart:
    write_json(STUDY.model_dump(), Path(STUDY_FILE))


rule device:
    input:
        program=program("describe_device.py"),
        modules=modules("describe_device.py"),
    output:
        "results/device.json",
    log:
        "results/logs/device.log",
    conda:
        ENVIRONMENT
    params:
        study=STUDY_FILE,
        config=STUDY.model_dump_json(),
    message:
        "Describe the device"
    shell:
        "python {input.program} --config {params.study} --out {output} 2>&1 | tee {log}"
