"""Power sampled while each variant decodes the sample back to back.

Needs: a model's files, the sample; for some meters root (scripts/list_meters.py
says which). This is the only rule that may want rights; tables and figures do not.
Makes: results/energy/{model}/{variant}/round{r}/{samples.csv,window.json}.
"""

ENERGY = rounds("energy/{variant}/round{round}/window.json", VARIANTS, STUDY.energy.rounds)


rule measure_energy:
    input:
        model=files_of_checkpoint,
        sample="results/data/sample.csv",
    output:
        samples="results/energy/{model}/{variant}/round{round}/samples.csv",
        window=report(
            "results/energy/{model}/{variant}/round{round}/window.json",
            caption="../report/measured.rst",
            category="Measured rows",
            subcategory="Energy windows",
            labels={"model": "{model}", "variant": "{variant}", "round": "{round}"},
        ),
    log:
        "results/logs/energy/{model}/{variant}/round{round}.log",
    priority: turn(ENERGY, "results/energy/{model}/{variant}/round{round}/window.json")
    conda:
        ENVIRONMENT
    resources:
        **ALONE,
    params:
        program=outlived("measure_energy.py"),
        code=code_of_engine("measure_energy.py"),
        job=described("energy"),
        study=STUDY_FILE,
        folder=lambda wildcards, output: os.path.dirname(output.window),
    message:
        "Measure energy: {wildcards.model} {wildcards.variant}, round {wildcards.round}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q}"
        " --sample {input.sample} --round {wildcards.round} --strict {resources.strict}"
        " --study {params.study} --out {params.folder:q} 2>&1 | tee {log:q}"
