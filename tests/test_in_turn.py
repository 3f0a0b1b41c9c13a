"""Jobs that share a process: decodings and builds in turn, and the stages of a build."""

import json
from pathlib import Path

import pytest
import yaml
from asrbench.measure import in_turn
from asrbench.study.job import Job
from test_latency import SCRIPTS, described, rows_of, run, study

__all__ = ["study"]  # a fixture


MANIFEST = "resources/models/one/model.json"


def write_plan(
    folder: Path,
    jobs: dict[str, dict[str, str]],
    manifest: str = MANIFEST,
    **more: dict[str, object],
) -> None:
    """What a run is to do, as rules/study.smk writes it; ``more`` of the stage latency, by rows."""
    plan = {
        stage: {
            rows: {"job": json.loads(job), "after": [], "manifest": manifest, "code": "of today"}
            | more.get(rows, {})
            for rows, job in of.items()
        }
        for stage, of in jobs.items()
    }
    (folder / "planned.json").write_text(json.dumps(plan))


def test_decodings_of_a_build_that_a_run_measures_are_timed_in_turn(study):
    content = yaml.safe_load((study / "config.yaml").read_text())
    content |= {"ctc_weights": [0.0, 0.3, 1.0]}
    (study / "three.yaml").write_text(yaml.safe_dump(content))
    jobs = {
        f"one/{slug}/round1.csv": described(study, "--variant", slug, config="three.yaml")
        for slug in ("ctc0.0", "ctc0.3", "ctc1.0")
    }
    # What has been measured since the run began, and what is of another round, takes no turn.
    planned = dict(list(jobs.items())[:2])
    planned |= {"one/ctc1.0/round2.csv": jobs["one/ctc1.0/round1.csv"]}
    write_plan(study, {"latency": planned})

    def measure(rows):
        given = ["--job", jobs[rows], "--audio", "speech", "--planned", "planned.json"]
        return run(study, "measure_latency.py", *given, "--out", rows)

    measure("one/ctc0.0/round1.csv")
    other = study / "one/ctc0.3/round1.csv"
    assert not other.exists() and list(other.parent.glob("*.part.left.json"))
    done = measure("one/ctc0.3/round1.csv")
    assert "by another job of this run, beside 1 in turn" in done.stdout
    assert sorted(path.name for path in other.parent.iterdir()) == [
        "round1.csv",
        "round1.csv.checks.json",
    ]
    both = [rows_of(study / f"one/{slug}/round1.csv") for slug in ("ctc0.0", "ctc0.3")]
    orders = [[(row["utterance_id"], row["order"]) for row in rows] for rows in both]
    assert orders[0] == orders[1] and len(orders[0]) == 4
    assert both[0] != both[1]
    said = [
        json.loads((study / f"one/{slug}/round1.csv.checks.json").read_text())
        for slug in ("ctc0.0", "ctc0.3")
    ]
    assert [each["in_turn_with"] for each in said] == [["one ctc0.3"], ["one ctc0.0"]]
    assert said[0]["began_utc"] == said[1]["began_utc"]
    # The third was not planned: it is alone.
    measure("one/ctc1.0/round1.csv")
    alone = json.loads((study / "one/ctc1.0/round1.csv.checks.json").read_text())
    assert alone["in_turn_with"] == []


STAGES = {
    "footprint": "footprint/one/{}/round1.csv",
    "latency": "latency/one/{}/round1.csv",
    "frames": "sweeps/frames/one/{}/round1.csv",
    "batch": "sweeps/batch/one/round1.csv",
    "streaming": "streaming/one/{}/round1.csv",
}
LENGTHS = [60, 120]


@pytest.fixture
def planned(study, tmp_path) -> dict[str, dict[str, str]]:
    """A run of two decodings in the stages that share a process: jobs by stage and rows."""
    content = yaml.safe_load((study / "config.yaml").read_text())
    content |= {"ctc_weights": [0.3, 1.0], "latency": {"passes": 1}}
    content["sweeps"] = {"frames": {"lengths": LENGTHS, "repeats": 1}, "batch": {"sizes": [1, 2]}}
    content["streaming"] = {"pieces_s": [0.1, 0.2], "redecode_s": 0.2, "utterances": 1}
    config = tmp_path / "two.yaml"
    config.write_text(yaml.safe_dump(content))
    lines = [f"{n},s,{study}/speech/{n}.wav,{4000 + 2000 * n},16000,1,A" for n in range(3)]
    head = "utterance_id,speaker,path,samples,sample_rate_hz,duration_s,text"
    (tmp_path / "sample.csv").write_text("\n".join([head, *lines]) + "\n")
    jobs: dict[str, dict[str, str]] = {}
    for stage, pattern in STAGES.items():
        for slug in ("ctc0.3", "ctc1.0"):
            given = ["--stage", stage, "--variant", slug]
            jobs.setdefault(stage, {})[pattern.format(slug)] = described(
                study, *given, config=str(config)
            )
    write_plan(tmp_path, jobs, "model.json")
    return jobs


def measured(folder: Path, study: Path, stage: str, rows: str, job: str, *, plan=True, **how):
    """One job as its rule runs it."""
    given = [f"measure_{stage}.py", "--job", job, "--sample", "sample.csv", "--out", rows]
    given += ["--manifest", str(folder / "model.json")]
    manifest = json.loads((study / "resources/models/one/model.json").read_text())
    manifest["files"] = {
        name: path and str(study / path) for name, path in manifest["files"].items()
    }
    (folder / "model.json").write_text(json.dumps(manifest))
    given += ["--planned", "planned.json"] if plan else []
    return run(folder, "outlive.py", str(SCRIPTS / given[0]), *given[1:], **how)


def test_one_process_measures_a_build_in_all_stages_and_their_jobs_find_their_rows(
    study, planned, tmp_path
):
    for stage, jobs in planned.items():
        for rows, job in jobs.items():
            done = measured(tmp_path, study, stage, rows, job)
            first = rows in [STAGES[name].format("ctc0.3") for name in ("footprint", "latency")]
            assert ("measured by another job of this run" in done.stdout) != first, rows
            names = {path.name for path in (tmp_path / rows).parent.iterdir()}
            assert names == {"round1.csv", "round1.csv.checks.json"}
    # What a job by itself says of the same.
    for stage in ("frames", "batch", "streaming"):
        rows, job = list(planned[stage].items())[-1]
        measured(tmp_path, study, stage, f"alone/{rows}", job, plan=False)
        shared, alone = (rows_of(tmp_path / folder / rows) for folder in ("", "alone"))
        given = [
            "order",
            "frames",
            "status",
            "segment",
            "length_frames",
            "repeat",
            "batch_size",
            "piece_s",
            "text",
        ]
        kept = [[{name: row.get(name) for name in given} for row in of] for of in (shared, alone)]
        assert kept[0] == kept[1] and len(kept[0]) >= len(LENGTHS)
        assert all(row["status"] == "ok" for row in shared)
        said = [
            json.loads((tmp_path / folder / f"{rows}.checks.json").read_text())
            for folder in ("", "alone")
        ]
        assert said[0].keys() == said[1].keys() and said[0]["made_by"] == said[1]["made_by"]


KILLED_AT = """
import os, signal, sys
sys.path.insert(0, {scripts!r})
from asrbench.sources import audio
join = audio.join_to_length
def join_to_length(pieces, samples):
    if samples > 100 * 256:
        os.kill(os.getpid(), signal.SIGKILL)
    return join(pieces, samples)
audio.join_to_length = join_to_length
"""


def test_an_input_of_another_stage_that_kills_the_process_is_a_failed_row_of_that_stage(
    study, planned, tmp_path, monkeypatch
):
    (tmp_path / "sitecustomize.py").write_text(KILLED_AT.format(scripts=str(SCRIPTS)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for stage in ("footprint", "frames"):
        for rows, job in planned[stage].items():
            done = measured(tmp_path, study, stage, rows, job)
            found = rows_of(tmp_path / rows)
            by_itself = stage == "footprint" and "ctc0.3" in rows
            assert ("while it worked on" in done.stderr) == by_itself
            failed = [row for row in found if row["status"] == "failed"]
            assert [row["length_frames"] for row in failed] == ["120"] * (stage == "frames")
            assert all("killed while it worked on this" in row["reason"] for row in failed)
            assert len(found) == len(failed) + 1


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
