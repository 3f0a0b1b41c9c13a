"""Models: from a folder, a packed zip, an address, the zoo or the hub.

Needs: a model's source. Makes: resources/models/{model}/model.json and what it names.
"""


def model_on_disk(wildcards):
    """Files of a source that is on disk, so that a new checkpoint is measured again."""
    source = STUDY.model(wildcards.model).source
    if os.path.isfile(source):
        return [source]
    if os.path.isdir(source):
        return sorted(str(file) for file in Path(source).iterdir() if file.is_file())
    return []


rule fetch_model:
    """Bring a model onto the disk and write down what was found."""
    input:
        model_on_disk,
        study=ancient("results/study.json"),
        code=code("fetch_model.py"),
    output:
        "resources/models/{model}/model.json",
    params:
        settings=settings("model"),
    conda:
        ENVIRONMENT
    shell:
        "{PYTHON} {SCRIPTS}/fetch_model.py --config {input.study}"
        " --model {wildcards.model:q} --out {output:q}"
