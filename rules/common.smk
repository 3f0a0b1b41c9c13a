"""The study, its variants, and what every rule says in the same way."""

import hashlib
import json
import os
import random
import shlex
import sys
from pathlib import Path

from snakemake.utils import update_config
from snakemake_interface_executor_plugins.settings import DeploymentMethod

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import write_json
from asrbench.compare import run_entries
from asrbench.engines.catalogue import (
    BATCHES,
    COUNTS_COMPUTE,
    ENCODES,
    ENGINES,
    SETS_THREADS,
    STREAMS,
    how_to_install,
    is_installed,
    not_applicable,
)
from asrbench.engines import processor
from asrbench.engines.espnet import precision
from asrbench.figures.catalogue import TABLES_OF
from asrbench.report import inputs as report_inputs
from asrbench.study import command_line_config, describe_job
from asrbench.study import config as study_config
from asrbench.study.engine_axes import ESPNET
from asrbench.tables.catalogue import NAMES as TABLE_NAMES
from asrbench.workflow import code_digest, run_lock

update_config(config, command_line_config.typed(workflow.config_settings.config))
# Only a conda environment brings an interpreter of its own.
CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
try:
    STUDY = study_config.parse(dict(config), " + ".join(map(str, workflow.configfiles)))
    for build in STUDY.builds():
        precision.check(build["precision"])
        if not (is_installed(build["engine"]) or CONDA):
            raise UserError(how_to_install(build["engine"]))
        processor.check(dict(build.values))
except UserError as error:
    sys.exit(str(error))  # a WorkflowError would put our own file and line around it

# Snakemake's log, and what programs print, are in files; on the terminal is one line, unless
# they are asked for: VERBOSE=1 snakemake …
QUIET = (
    workflow.exec_mode == ExecMode.DEFAULT
    and not os.environ.get("VERBOSE")
    and not workflow.output_settings.dryrun
    and not workflow.output_settings.verbose
    and not workflow.output_settings.printshellcmds
)

# In place of the default prefix, whose options are kept: a program that fails fails its job.
PREFIX = "set -euo pipefail; "
# The interpreter that runs Snakemake has what the scripts need, whatever it is called.
if not CONDA:
    PREFIX += f"export PATH={shlex.quote(os.path.dirname(sys.executable))}:$PATH; "
    PREFIX += f'python() {{{{ {shlex.quote(sys.executable)} "$@"; }}}}; '
# What a program prints goes through `tee` to its log and to here.
shell.prefix(PREFIX + ("exec > /dev/null; " if QUIET else ""))
ENVIRONMENT = os.path.join(PROJECT, "envs", "conda.yaml")

# Written before the first job, and no job's input: none may run again because another part
# of it has changed. What measures is given its job instead; see study/describe_job.py.
STUDY_FILE = "results/study.json"

# The jobs that this run is to do, written when it begins: those of a build share processes.
PLANNED = "results/logs/planned.json"

# Tables and figures that this run is to make, of which one process makes several.
TO_MAKE = "results/logs/to_make.json"

# Seconds that a job of each rule will take, by a pilot of the study.
EXPECTED = "results/pilot/times.json"

# Priority of what all latency waits for.
FIRST_OF_ALL = 1_000_000

# What a measurement holds of the device, and whether an unfit one is an error: a resource,
# since it changes no row.
ALONE = {"machine": 100, "strict": int(STUDY.checks.strict)}

# A model in paths is a build; its files are those of its checkpoint.
BUILDS = {build.name: build for build in STUDY.builds()}
CHECKPOINTS = list(dict.fromkeys(build.checkpoint for build in BUILDS.values()))
VARIANTS = ["/".join(variant.key) for variant in STUDY.variants()]


TABLE_ENDINGS = ("csv", "schema.json", "md", "tex")


wildcard_constraints:
    model="|".join(map(re.escape, BUILDS)),
    checkpoint="|".join(map(re.escape, CHECKPOINTS)),
    variant="|".join(map(re.escape, {variant.slug for variant in STUDY.variants()})),
    round=r"[1-9]\d*",


def program(script):
    """The path of a script; a parameter, since a comment in it must not run its jobs again."""
    return code_digest.program(script)


def outlived(script):
    """The same of a script that works on one input after the other, run by what outlives it."""
    return f"{program('outlive.py')} {program(script)}"


def code(script, *modules):
    """The code that a script runs, as a parameter of its rule; see asrbench.workflow.code_digest."""
    return code_digest.of(script, *modules)


def code_of_engine(script):
    """The code of a program that decodes: of the engines, the one of the job's build alone."""
    return lambda wildcards: code(script, *of_engine(BUILDS[wildcards.model]["engine"]))


def of_engine(name):
    """The modules that only jobs of that engine run."""
    engine = ENGINES[name]
    return engine.recogniser, *engine.modules


def code_of_words(script):
    """The same for the word error rate, whose words may be found by another search."""

    def of(wildcards):
        engine = describe_job.engine_of_words(STUDY, BUILDS[wildcards.model])
        return code(script, *of_engine(engine))

    return of


def code_of_counts(wildcards):
    """The code of a program that counts: of the engines, the one of the job's build alone."""
    return code("count_parameters.py", ENGINES[BUILDS[wildcards.model]["engine"]].parameters)


def one_of(builds):
    """What a wildcard may be; of none, what no path has."""
    return "|".join(map(re.escape, builds)) or "(?!)"


def files_module(checkpoint):
    """The module that knows which files a checkpoint of another engine than ESPnet has."""
    engine = STUDY.model(checkpoint).engine
    return [] if engine in ESPNET else [f"{ENGINES[engine].folder}.files"]


def can(what):
    """The builds that can do that."""
    return [name for name, build in BUILDS.items() if not not_applicable(build, what)]


def described(stage):
    """The job of a stage as its program is given it, a parameter of its rule."""

    def of(wildcards):
        names = wildcards.get("model"), wildcards.get("variant")
        return json.dumps(describe_job.of(STUDY, stage, *names))

    return of


def code_of_table(wildcards):
    """The table's own module and what it imports; the data dictionary is made of all tables."""
    names = TABLE_NAMES if wildcards.table == "data_dictionary" else [wildcards.table]
    return code("make_table.py", *[f"asrbench.tables.{name}" for name in names])


def rounds(pattern, variants, count):
    """Paths of every round of every variant, in the order in which they are measured.

    Round by round over all variants, so that drift of the device hits all alike;
    in each round in another order, drawn with latency.seed.
    """
    paths = []
    for number in range(1, count + 1):
        order = list(variants)
        random.Random(f"{STUDY.latency.seed}/{pattern}/{number}").shuffle(order)
        paths += [f"results/{pattern.format(variant=v, round=number)}" for v in order]
    return paths


def turn(paths, pattern):
    """Priority of a measurement from its place in the order: the earlier, the higher."""
    places = {path: len(paths) - place for place, path in enumerate(paths)}
    return lambda wildcards: places.get(pattern.format(**dict(wildcards.items())), 0)


def archive_on_disk(path):
    """An archive as an input; a folder is none, since its time says nothing of what it holds."""
    return [path] if path is not None and os.path.isfile(path) else []


def model_on_disk(wildcards):
    """Files of a source that is on disk, so that a new checkpoint is measured again."""
    model = STUDY.model(wildcards.checkpoint)
    upstream = archive_on_disk(model.upstream.source if model.upstream else None)
    if os.path.isdir(model.source):
        files = sorted(str(path) for path in Path(model.source).rglob("*") if path.is_file())
        return files + upstream
    return archive_on_disk(model.source) + upstream


def files_of_checkpoint(wildcards):
    """The manifest of a build's files, which are fetched once, whatever is built from them."""
    return f"resources/models/{BUILDS[wildcards.model].checkpoint}/model.json"


def tables(*names):
    """Paths of tables by name."""
    return [f"results/tables/{name}.{ending}" for name in names for ending in TABLE_ENDINGS]


def figure(*names):
    """Paths of figures by name."""
    return [f"results/plots/{name}.{ending}" for name in names for ending in ("png", "svg")]


def footprint_of(wildcards):
    """Rows of the memory that a variant takes by itself."""
    return f"results/footprint/{wildcards.model}/{wildcards.variant}/round1.csv"


def shards(wildcards):
    """Shards of a variant; random weights write no words and have none."""
    if STUDY.model(wildcards.model).weights == "random":
        return []
    return gather.wer("results/wer/{{model}}/{{variant}}/shards/{scatteritem}.jsonl")


def shared_encoder_outputs(wildcards):
    """The folder in which the decodings of a build share what is encoded; '' for none."""
    several = len(STUDY.variants(wildcards.model)) > 1
    shared = STUDY.wer.share_encoder and several and wildcards.model in can(ENCODES)
    return ENCODER_OUTPUTS if shared else ""


def gpus(wildcards):
    """GPUs that a job of a build takes, of which the device is said to have one."""
    return int(BUILDS[wildcards.model].on_gpu)


def first_decoding_first(wildcards):
    """Priority of a shard's job: below that of all measurements, by the place of its decoding."""
    slugs = [variant.slug for variant in STUDY.variants(wildcards.model)]
    return -slugs.index(wildcards.variant)


def compared_files(wildcards):
    """All files that a comparison reads; what is wrong with the list ends the run in one line."""
    try:
        run_entries.check(STUDY.compare)
    except UserError as error:
        sys.exit(str(error))
    return [file for entry in STUDY.compare for file in run_entries.files(entry)]
