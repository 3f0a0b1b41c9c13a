"""Power sampled while each variant decodes the sample back to back.

Needs: a model's files, the sample; root, where there is a meter.
Makes: results/energy/{model}/ctc{w}/round{r}/{samples.csv,window.json}.
"""

ENERGY = rounds("energy/{variant}/round{round}/window.json", VARIANTS, STUDY.energy.rounds)


rule measure_energy:
    input:
        study=ancient("results/study.json"),
        model="resources/models/{model}/model.json",
        sample="results/data/sample.csv",
        code=code("measure_energy.py"),
    output:
        samples="results/energy/{model}/ctc{ctc_weight}/round{round}/samples.csv",
        window="results/energy/{model}/ctc{ctc_weight}/round{round}/window.json",
    params:
        settings=settings("energy"),
        folder="results/energy/{model}/ctc{ctc_weight}/round{round}",
    resources:
        machine=100,
    conda:
        ENVIRONMENT
    shell:
        "{PYTHON} {SCRIPTS}/measure_energy.py --config {input.study}"
        " --model {wildcards.model:q} --ctc-weight {wildcards.ctc_weight}"
        " --manifest {input.model:q} --sample {input.sample}"
        " --round {wildcards.round} --out {params.folder:q}"
