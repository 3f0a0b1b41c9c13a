"""Builds that share a process for their latency, and which do not."""

import json
from pathlib import Path

import pytest
from asrbench.measure import in_turn
from asrbench.study.job import Job
from test_in_turn import MANIFEST, write_plan
from test_latency import SCRIPTS, described, rows_of, run, study

__all__ = ["study"]  # a fixture

BUILDS = ("one", "two", "three")
LITTLE, TOO_MUCH = 10**6, 10**15  # bytes


def rows_of_build(folder: Path, name: str) -> str:
    return str(folder / name / "ctc0.3/round1.csv")


def timed(study: Path, folder: Path, **more: dict[str, object]) -> dict[str, dict]:
    """What is said of each build whose latency the job of the first one timed.

    Args:
        more: of a build by its name, what its plan and its footprint say in place of the usual.
    """
    job, jobs, told = json.loads(described(study)), {}, {}
    for name in BUILDS:
        its = more.get(name, {})
        rows, footprint = rows_of_build(folder, name), folder / f"{name}.csv"
        peak = its.get("peak_bytes", LITTLE)
        status = its.get("status", "ok")
        head = "status,peak_memory_bytes,loading_peak_memory_bytes"
        footprint.write_text(f"{head}\n{status},{peak},\n")
        jobs[rows] = json.dumps(job | {"model": name} | its.get("job", {}))
        told[rows] = {"manifest": MANIFEST, "footprint": str(footprint)} | its.get("plan", {})
    write_plan(folder, {"latency": jobs}, **told)
    first = rows_of_build(folder, "one")
    given = [str(SCRIPTS / "measure_latency.py"), "--job", jobs[first], "--audio", "speech"]
    run(study, "outlive.py", *given, "--planned", str(folder / "planned.json"), "--out", first)
    said = {"one": json.loads(Path(f"{first}.checks.json").read_text())}
    for name in BUILDS[1:]:
        for left in Path(rows_of_build(folder, name)).parent.glob("*.left.json"):
            said[name] = json.loads(left.read_text())["said"]
    return said


def test_builds_are_timed_in_turn_and_memory_of_several_is_not_told(study, tmp_path):
    said = timed(study, tmp_path)
    assert {name: its["in_turn_with"] for name, its in said.items()} == {
        "one": ["two ctc0.3", "three ctc0.3"],
        "two": ["one ctc0.3", "three ctc0.3"],
        "three": ["one ctc0.3", "two ctc0.3"],
    }
    assert {its["load_s"] for its in said.values()} == {None}
    assert {its["first_latency_s"] for its in said.values()} == {None}
    (left,) = Path(rows_of_build(tmp_path, "two")).parent.glob("*.part")
    rows = [rows_of(Path(rows_of_build(tmp_path, "one"))), rows_of(left)]
    assert [row["order"] for row in rows[0]] == [row["order"] for row in rows[1]]
    assert {row["peak_memory_bytes"] for of in rows for row in of} == {""}
    assert all(float(row["latency_s"]) > 0 for of in rows for row in of)


def test_what_was_left_whole_is_in_turn_with_nothing_that_comes_later(study, tmp_path):
    before = timed(study, tmp_path, three={"peak_bytes": TOO_MUCH})
    assert before["two"]["in_turn_with"] == ["one ctc0.3"]
    # As the job of the third, which there was no room for, comes before that of the second.
    Path(rows_of_build(tmp_path, "one")).unlink()
    after = timed(study, tmp_path)
    assert after["one"]["in_turn_with"] == ["three ctc0.3"]
    assert after["two"] == before["two"]


@pytest.mark.parametrize(
    "why",
    [
        {"peak_bytes": TOO_MUCH},
        {"peak_bytes": ""},
        {"status": "failed"},  # its peak is that of what was loaded
        {"plan": {"footprint": "none.csv"}},
        {"plan": {"manifest": "none.json"}},
        {"plan": {"after": ["none.csv"]}},  # which another job of the run has still to make
        {"job": {"threads": 1}},
        {"job": {"axes": {"engine": "faster-whisper"}}},
        {"job": {"axes": {"engine": "espnet", "processor": "cuda"}}},
    ],
    ids=lambda why: str(*why.values()),
)
def test_a_build_that_does_not_fit_is_timed_by_its_own_job(study, tmp_path, why):
    said = timed(study, tmp_path, two=why)
    assert said["one"]["in_turn_with"] == ["three ctc0.3"] and "two" not in said


KILLED_AT_LOADING = """
import os, signal, sys
sys.path.insert(0, {scripts!r})
from asrbench.measure.opened_variant import OpenedVariant
load = OpenedVariant.recogniser
def killing(self, *arguments, **named):
    if self.job.model == "three":
        os.kill(os.getpid(), signal.{signal})
    return load(self, *arguments, **named)
OpenedVariant.recogniser = killing
"""


@pytest.mark.parametrize("signal", ["SIGKILL", "SIGSEGV"])
def test_a_process_that_dies_of_another_build_is_run_once_more_without(
    study, tmp_path, monkeypatch, signal
):
    code = KILLED_AT_LOADING.format(scripts=str(SCRIPTS), signal=signal)
    (tmp_path / "sitecustomize.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said = timed(study, tmp_path)
    assert said["one"]["in_turn_with"] == [] and said["one"]["load_s"] > 0
    assert {row["status"] for row in rows_of(Path(rows_of_build(tmp_path, "one")))} == {"ok"}
    # Nothing is left of it.
    names = {path.name for path in Path(rows_of_build(tmp_path, "one")).parent.iterdir()}
    assert names == {"round1.csv", "round1.csv.checks.json"}


@pytest.mark.parametrize("changed", ["weights", "code", "nothing"])
def test_rows_that_were_left_whole_of_other_weights_or_code_are_not_taken_up(
    study, tmp_path, changed
):
    manifest, planned = tmp_path / "two.json", tmp_path / "planned.json"
    said = json.loads((study / MANIFEST).read_text())
    manifest.write_text(json.dumps(said | {"sha256": "a" * 64}))
    timed(study, tmp_path, two={"plan": {"manifest": str(manifest)}})
    rows = rows_of_build(tmp_path, "two")
    # What may come between a run that was ended and the next.
    if changed == "weights":
        manifest.write_text(json.dumps(said | {"sha256": "b" * 64}))
    if changed == "code":
        planned.write_text(planned.read_text().replace("of today", "of tomorrow"))
    job = json.loads(planned.read_text())["latency"][rows]["job"]
    given = ["--job", json.dumps(job), "--audio", "speech", "--planned", str(planned)]
    done = run(study, "measure_latency.py", *given, "--manifest", str(manifest), "--out", rows)
    assert ("by another job of this run" in done.stdout) == (changed == "nothing")
    assert not list(Path(rows).parent.glob("*.part*"))


@pytest.mark.parametrize(
    ("engine", "threads", "partners"),
    [("sherpa-onnx", 1, 1), ("sherpa-onnx", 2, 0), ("faster-whisper", 2, 1)],
)
def test_what_keeps_cores_busy_after_its_use_shares_no_process(
    study, tmp_path, monkeypatch, engine, threads, partners
):
    monkeypatch.chdir(study)
    monkeypatch.setattr(in_turn.threads, "counted", int)
    job = json.loads(described(study)) | {"threads": threads, "axes": {"engine": engine}}
    jobs = {name: json.dumps(job | {"model": name}) for name in ("one/r.csv", "two/r.csv")}
    write_plan(tmp_path, {"latency": jobs})
    found = in_turn.partners(
        str(tmp_path / "planned.json"), "latency", "one/r.csv", Job.parse(jobs["one/r.csv"])
    )
    assert len(found) == partners
