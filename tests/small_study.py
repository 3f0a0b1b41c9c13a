"""As little of the demo as makes a study, and whether its outcome is that of another place."""

import csv
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
TRAINED = ("conformer-demo", "lstm-demo")
WEIGHTS = ("0.0", "0.3", "1.0")
UTTERANCES = 10
_PUBLISHED = ROOT / "scripts/asrbench/tables/claims/published_study.csv"
# Parameters of the published study's networks; of the trained models, all that a report needs.
COUNTED = [f"results/parameters/{name}-full.csv" for name in ("conformer", "lstm")]
TARGETS = {"full": COUNTED, "small": ["report"]}


class timed:
    """Prints what is done, and how long it took."""

    def __init__(self, what: str):
        self.what = what

    def __enter__(self):
        print(f"{time.strftime('%H:%M:%S')} {self.what}", flush=True)
        self.began = time.monotonic()

    def __exit__(self, kind, *_):
        if kind is None:
            print(f"    {time.monotonic() - self.began:.0f} s", flush=True)


def export(folder: Path) -> None:
    """Put the files of the last commit into a folder, as a fresh clone has them."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)


def close(what: str, began: float, faults: list[str], scratch: Path) -> int:
    """Say what was wrong, with a line for the README's table, and keep the scratch folder if so.

    Returns:
        The exit status.
    """
    describe = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(describe, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    print(*faults, sep="\n")
    when = f"{time.strftime('%Y-%m-%d')}, {(time.monotonic() - began) / 60:.0f} min"
    print(f"{what}: {when}, commit {commit.strip()}: {len(faults)} faults")
    if faults:
        print(f"what was made is in {scratch}")
        return 1
    shutil.rmtree(scratch)
    return 0


def _write(project: Path) -> None:
    """Put the folders of both studies into a copy of the project."""
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    del config["streaming"]
    config["speech"]["path"] = f"../demo/{config['speech']['path']}"
    for model in config["models"]:
        model["source"] = f"../demo/{model['source']}"
    config["latency"] = {"utterances": 2, "rounds": 1, "passes": 1, "warm_up": 1}
    config["sweeps"] = {
        "frames": {"lengths": []},
        "batch": {"sizes": []},
        "threads": {"counts": []},
    }
    config["energy"] = {"window_s": 1, "samples": 1, "rounds": 1, "idle_s": 1}
    config["wer"] |= {"max_utterances": UTTERANCES}
    for name in TARGETS:
        models = [
            each
            for each in config["models"]
            if (each["name"] in TRAINED) == (name == "small") and "engine" not in each
        ]
        (project / name).mkdir(exist_ok=True)
        text = yaml.safe_dump(config | {"models": models})
        (project / name / "config.yaml").write_text(text)


def run(project: Path, call: Callable[[str], None] | None = None) -> None:
    """Write both studies into a copy of the project, and run them.

    Args:
        project: where the copy is.
        call: runs a command there, if not this machine is what is tried.
    """
    _write(project)
    for name, targets in TARGETS.items():
        command = f".venv/bin/snakemake --cores 2 --directory {name} {' '.join(targets)}"
        with timed(f"the study '{name}'"):
            if call:
                call(command)
            else:
                subprocess.run(command.split(), cwd=project, check=True)


def faults(project: Path, other: Path) -> list[str]:
    """What is wrong with the outcome in one copy of the project, by that in another one."""
    return [*_miscounted(project), *_misheard(project / "small", other / "small")]


def _miscounted(project: Path) -> Iterator[str]:
    with _PUBLISHED.open(newline="") as file:
        wanted = {row["model"]: row for row in csv.DictReader(file)}
    for model, row in wanted.items():
        with (project / f"full/results/parameters/{model}-full.csv").open(newline="") as file:
            found = {each["module"]: each["parameters"] for each in csv.DictReader(file)}
        for module, column in (
            ("whole", "parameters_total"),
            ("ctc", "parameters_ctc"),
            ("decoder", "parameters_decoder"),
        ):
            if found[module] != row[column]:
                yield f"{model}, {module}: {found[module]} parameters, published {row[column]}"


def _misheard(study: Path, other: Path) -> Iterator[str]:
    """Scores may differ in their last digits, since processors add in other orders."""
    for model in TRAINED:
        for weight in WEIGHTS:
            name = f"{model}/ctc{weight}"
            found, wanted = hypotheses(study, name), hypotheses(other, name)
            if len(wanted) != UTTERANCES:
                yield f"{name}: {len(wanted)} hypotheses to compare with, not {UTTERANCES}"
            for utterance, words in wanted.items():
                if found.get(utterance) != words:
                    yield f"{name}, {utterance}: {found.get(utterance)!r}, elsewhere {words!r}"
            if _tokens(study, name) != _tokens(other, name):
                yield f"{name}: other tokens or states of timed rows"
    if not (study / "results/report.html").is_file():
        yield "there is no page"


def hypotheses(study: Path, name: str) -> dict[str, str]:
    """The hypotheses of a variant, by utterance."""
    file = study / f"results/wer/{name}/hypotheses.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return {line["utterance_id"]: line["hypothesis"] for line in lines}


def _tokens(study: Path, name: str) -> list[tuple[str, str, str]]:
    with (study / f"results/latency/{name}/round1.csv").open(newline="") as file:
        rows = csv.DictReader(file)
        return sorted((row["utterance_id"], row["status"], row["tokens"]) for row in rows)
