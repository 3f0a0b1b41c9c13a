"""Run a quick look at the study in a folder of its own: fewer utterances, one length.

The folder has links to what lies beside it, so that speech and checkpoints serve both.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
from asrbench.basics import errors
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json, write_json
from asrbench.sources import corpus
from asrbench.study import config
from asrbench.workflow import quick_look

OWN = ("results", "config.yaml", ".snakemake")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="the study's configuration")
    parser.add_argument("--pilots", type=Path, nargs="+", required=True, help="one a build")
    parser.add_argument("--utterances", required=True, help="the corpus' utterances.csv")
    parser.add_argument("--snakefile", required=True, help="of the workflow")
    parser.add_argument("--cores", required=True, help="for all of it")
    parser.add_argument("--folder", type=Path, default=Path("quick"), help="[%(default)s]")
    arguments = parser.parse_args()
    durations_s = np.array([one.duration_s for one in corpus.read(arguments.utterances)], float)
    count = quick_look.utterances([read_json(path) for path in arguments.pilots], durations_s)
    study = quick_look.of(config.load(arguments.config), count)
    folder = arguments.folder
    write_json(study.model_dump(), folder / "config.yaml")  # JSON is YAML
    for beside in Path().iterdir():
        link = folder / beside.name
        if beside.name not in OWN and beside != folder and not link.is_symlink():
            link.symlink_to(beside.resolve())
    command = [sys.executable, "-m", "snakemake", "--snakefile", arguments.snakefile]
    command += ["--directory", str(folder), "--cores", arguments.cores, "report"]
    if subprocess.run(command).returncode:
        raise UserError(f"the quick look ended with an error; see {folder}/results/logs")
    print(f"{study.name}: {folder}/results/report.html")


if __name__ == "__main__":
    errors.run(main)
