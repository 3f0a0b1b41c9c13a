"""Jobs of one build that share a process: its decodings, in turn, and its stages."""

import json
from pathlib import Path

import pytest
import yaml
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
