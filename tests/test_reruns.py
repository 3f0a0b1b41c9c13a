"""Small studies that measure nothing: what a change makes again, and what a study leaves out."""

import os
import shutil
import sys
from pathlib import Path

import pytest
import small_models
from workflow import ROOT, Study, rules

STUDY = {
    "name": "first name",
    "speech": {"name": "demo-test", "path": str(ROOT / "demo/speech/LibriSpeech")},
    "models": [{"name": "small", "source": "model", "weights": "random", "tokens_per_second": 3}],
    "ctc_weights": [0.3],
    "latency": {"utterances": 2, "rounds": 1},
}
TABLE, FIGURE = "results/tables/parameters.csv", "results/plots/parameters.png"


@pytest.fixture
def study(tmp_path) -> Study:
    made = Study(tmp_path, STUDY)
    small_models.write_config(made.folder / "model/exp/deep", small_models.LSTM)
    return made


def test_a_study_that_is_renamed_has_its_titles_made_again_and_a_source_is_seen_in_its_depth(study):
    study.snakemake(TABLE, FIGURE)
    assert not study.planned(TABLE, FIGURE)
    study.write_config(STUDY | {"name": "second name"})
    assert rules(study.planned(TABLE, FIGURE)) == {"make_table", "plot_figure"}
    study.snakemake(TABLE, FIGURE)
    assert "second name" in (study.folder / TABLE).with_suffix(".md").read_text()
    small_models.write_config(study.folder / "model/exp/deep", small_models.TRANSFORMER)
    assert {"fetch_model", "count_model"} <= rules(study.planned(TABLE))


@pytest.mark.parametrize(
    ("sweep", "empty", "left_out"),
    [
        ("frames", {"lengths": []}, "measure_frames"),
        ("batch", {"sizes": []}, "measure_batch"),
        ("threads", {"counts": []}, "measure_threads"),
    ],
)
def test_each_sweep_is_left_out_by_an_empty_list(study, sweep, empty, left_out):
    study.write_config(STUDY | {"sweeps": {sweep: empty}})
    planned = study.planned("all")
    assert left_out not in rules(planned) and "measure_latency" in rules(planned)
    assert not any(f"latency_vs_{sweep}" in job.output for job in planned)


def test_jobs_run_by_the_interpreter_of_snakemake_where_none_is_called_python(
    study, tmp_path, monkeypatch
):
    # As a system has it that knows python3 alone.
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "sh", "tee", "cat", "mkdir", "rm", "uname", "which", "dirname"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    (programs / "python3").symlink_to(Path(sys.executable).resolve())
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    monkeypatch.setattr(sys, "executable", str(programs / "python3"))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([packages]))
    assert shutil.which("python") is None
    study.snakemake("results/device.json")
