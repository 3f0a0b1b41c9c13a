"""Counts of several models by forks of one process, of which some may not be counted."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_models import LSTM, random_model

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
# Another model's count dies as the kernel would end it.
KILLED = f"""
import os, signal, sys
sys.path.insert(0, {str(SCRIPTS)!r})
from asrbench.engines.espnet import model
loaded = model.loaded
def killing(manifest, *more):
    if "killing" in str(manifest.config):
        os.kill(os.getpid(), signal.SIGKILL)
    return loaded(manifest, *more)
model.loaded = killing
"""


ONE, KILLING, ABSENT = NAMES = ("one", "killing", "absent")
JOB = {"axes": {"engine": "espnet", "precision": "float32"}, "tokens_per_second": 3.0}


def outputs(folder: Path, name: str) -> list[Path]:
    return [folder / kind / f"{name}.csv" for kind in ("compute", "parameters")]


def count(folder: Path, name: str) -> subprocess.CompletedProcess:
    """The job of one model, of a run that is to count all."""
    compute, counts = outputs(folder, name)
    given = ["--job", json.dumps(JOB | {"model": name}), "--manifest", f"{name}.json"]
    given += ["--out", str(counts), "--compute", str(compute), "--planned", "to_make.json"]
    command = [sys.executable, str(SCRIPTS / "count_parameters.py"), *given]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def run(tmp_path, monkeypatch) -> Path:
    """A folder with a model that can be counted, one that kills, and a plan that has a third."""
    plan = {}
    for name in NAMES:
        plan[name] = {
            "outputs": list(map(str, outputs(tmp_path, name))),
            "after": [],
            "job": JOB | {"model": name},
            "manifest": f"{name}.json",
        }
    (tmp_path / "to_make.json").write_text(json.dumps({"count_model": plan}))
    for name in (ONE, KILLING):
        config = str(random_model(tmp_path / f"model-{name}", LSTM).config)
        said = {"name": name, "weights": "random", "files": {"config": config}}
        (tmp_path / f"{name}.json").write_text(json.dumps(said))
    (tmp_path / "sitecustomize.py").write_text(KILLED)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_a_model_whose_count_dies_or_fails_takes_no_other_with_it(run):
    done = count(run, ONE)
    assert (done.returncode, done.stderr) == (0, "")
    with outputs(run, ONE)[1].open() as file:
        rows = {row["module"]: int(row["parameters"]) for row in csv.DictReader(file)}
    assert rows["whole"] > rows["encoder"] > 0 and outputs(run, ONE)[0].exists()
    # Each is then told by its own job.
    killed, absent = count(run, KILLING), count(run, ABSENT)
    assert killed.returncode == 137 and "was killed (out of memory?)" in killed.stderr
    assert absent.returncode == 1 and "absent.json: there is no such model" in absent.stderr
    assert not any(path.exists() for name in (KILLING, ABSENT) for path in outputs(run, name))


def test_a_model_that_was_counted_beside_another_is_only_put_in_its_place(run):
    count(run, KILLING)
    done = count(run, ONE)
    assert done.returncode == 0 and "by another job of this run" not in done.stdout
    for name in (KILLING, ABSENT):  # which can be counted now
        (run / f"{name}.json").write_text((run / f"{ONE}.json").read_text())
    count(run, ONE)
    for name in (KILLING, ABSENT):
        done = count(run, name)
        assert done.returncode == 0 and "by another job of this run" in done.stdout
        assert outputs(run, name)[1].read_bytes() == outputs(run, ONE)[1].read_bytes()
