"""The study, its variants, and what every rule says in the same way.

Needs: the configuration. Makes: results/study.json, results/device.json.
"""

import json
import os
import sys

from snakemake.exceptions import WorkflowError
from snakemake_interface_executor_plugins.settings import DeploymentMethod

sys.path.insert(0, os.path.join(workflow.basedir, "scripts"))

from asrbench import code_inputs, relevant
from asrbench import config as study_config
from asrbench.errors import UserError

try:
    STUDY = study_config.parse(dict(config), " + ".join(map(str, workflow.configfiles)))
except UserError as error:
    raise WorkflowError(str(error)) from None

SCRIPTS = os.path.relpath(os.path.join(workflow.basedir, "scripts"))
# The interpreter that runs Snakemake has what the scripts need; only a conda
# environment brings one of its own.
WITH_CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
PYTHON = "python" if WITH_CONDA else sys.executable
ENVIRONMENT = os.path.join(workflow.basedir, "envs", "conda.yaml")

MODELS = [model.name for model in STUDY.models]
VARIANTS = [f"{model}/ctc{weight}" for model, weight in STUDY.variants()]


wildcard_constraints:
    model="|".join(map(re.escape, MODELS)),
    ctc_weight=r"\d(\.\d+)?(e-\d+)?",
    round=r"[1-9]\d*",


def code(script):
    """The files that a script runs, as inputs of its rule."""
    return code_inputs.files_of(script)


def settings(stage):
    """The part of the configuration that a stage depends on, as a parameter of its rule."""

    def of(wildcards):
        part = getattr(relevant, stage)
        return json.dumps(part(STUDY, *wildcards.values()[: part.__code__.co_argcount - 1]))

    return of


def rounds(pattern, variants, count):
    """Paths of every round of every variant, round by round, so that drift hits all alike."""
    return [
        f"results/{pattern.format(variant=variant, round=number)}"
        for number in range(1, count + 1)
        for variant in variants
    ]


rule study:
    """Write down the configuration as it is used, defaults included."""
    input:
        code=code("resolve_config.py"),
    output:
        "results/study.json",
    params:
        config=STUDY.model_dump_json(),
    conda:
        ENVIRONMENT
    shell:
        "printf '%s' {params.config:q} | "
        "{PYTHON} {SCRIPTS}/resolve_config.py --config /dev/stdin --out {output}"


rule device:
    """Write down what the measurements run on."""
    input:
        study="results/study.json",
        code=code("describe_device.py"),
    output:
        "results/device.json",
    conda:
        ENVIRONMENT
    shell:
        "{PYTHON} {SCRIPTS}/describe_device.py --config {input.study} --out {output}"
