"""Power sampled while each variant decodes the sample back to back.

Needs: a model's files, the sample; for some meters root (scripts/list_meters.py
says which). This is the only rule that may want rights; tables and figures do not.
Makes: results/energy/{model}/ctc{w}/round{r}/{samples.csv,window.json}.
"""

ENERGY = rounds("energy/{variant}/round{round}/window.json", VARIANTS, STUDY.energy.rounds)


rule measure_energy:
    input:
        model="resources/models/{model}/model.json",
        sample="results/data/sample.csv",
    output:
        samples="results/energy/{model}/ctc{ctc_weight}/round{round}/samples.csv",
        window=report(
            "results/energy/{model}/ctc{ctc_weight}/round{round}/window.json",
            caption="../report/measured.rst",
            category="Measured rows",
            subcategory="Energy windows",
            labels={"model": "{model}", "CTC weight": "{ctc_weight}", "round": "{round}"},
        ),
    log:
        "results/logs/energy/{model}/ctc{ctc_weight}/round{round}.log",
    priority: turn(ENERGY, "results/energy/{model}/ctc{ctc_weight}/round{round}/window.json")
    conda:
        ENVIRONMENT
    resources:
        **ALONE,
    params:
        program=program("measure_energy.py"),
        code=code_of_engine("measure_energy.py"),
        job=described("energy"),
        study=STUDY_FILE,
        folder=lambda wildcards, output: os.path.dirname(output.window),
    message:
        "Measure energy: {wildcards.model} at CTC weight {wildcards.ctc_weight}, round {wildcards.round}"
    shell:
        "python {params.program} --job {params.job:q} --manifest {input.model:q}"
        " --sample {input.sample} --round {wildcards.round} --strict {resources.strict}"
        " --study {params.study} --out {params.folder:q} 2>&1 | tee {log:q}"
