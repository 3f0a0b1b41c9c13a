"""Before a run: whether the device decodes right, how long the study will take, a quick look.

Needs: models' files, the sample. Makes: results/pilot/builds/{model}.json,
results/pilot/times.json; and a small study in the folder quick.
"""


rule measure_pilot:
    input:
        model=files_of_checkpoint,
        sample="results/data/sample.csv",
    output:
        "results/pilot/builds/{model}.json",
    log:
        "results/logs/pilot/{model}.log",
    conda:
        ENVIRONMENT
    resources:
        **ALONE,
    params:
        program=program("measure_pilot.py"),
        code=lambda wildcards: code(
            "measure_pilot.py",
            *of_engine(BUILDS[wildcards.model]["engine"]),
            *ENGINES["espnet-fast"].modules,
        ),
        job=described("pilot"),
    message:
        "Pilot: {wildcards.model}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q}"
        " --sample {input.sample} --out {output:q} 2>&1 | tee {log:q}"


rule pilot:
    input:
        pilots=[f"results/pilot/builds/{model}.json" for model in BUILDS],
        utterances="results/data/utterances.csv",
        sample="results/data/sample.csv",
    output:
        EXPECTED,
    log:
        "results/logs/pilot.log",
    conda:
        ENVIRONMENT
    params:
        program=program("tell_duration.py"),
        code=code("tell_duration.py"),
        study=STUDY_FILE,
        cores=workflow.cores or os.cpu_count(),
        sha256=hashlib.sha256(STUDY.model_dump_json().encode()).hexdigest(),
    message:
        "Tell how long the study will take"
    shell:
        "python {params.program} --config {params.study} --pilots {input.pilots:q}"
        " --utterances {input.utterances} --sample {input.sample} --cores {params.cores}"
        " --out {output} 2>&1 | tee {log}"


rule self_test:
    log:
        "results/logs/self_test.log",
    conda:
        ENVIRONMENT
    params:
        program=program("self_test.py"),
    message:
        "See whether known speech gives known words on this device"
    shell:
        "python {params.program} 2>&1 | tee {log}"


rule quick:
    input:
        EXPECTED,
        pilots=rules.pilot.input.pilots,
        utterances="results/data/utterances.csv",
    log:
        "results/logs/quick.log",
    conda:
        ENVIRONMENT
    threads: workflow.cores
    params:
        program=program("run_quick_look.py"),
        study=STUDY_FILE,
        snakefile=workflow.main_snakefile,
    message:
        "A quick look at the study: fewer utterances, one length"
    shell:
        "python {params.program} --config {params.study} --pilots {input.pilots:q}"
        " --utterances {input.utterances} --snakefile {params.snakefile:q} --cores {threads}"
        " 2>&1 | tee {log}"
