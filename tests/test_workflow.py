"""A cut-down demo from end to end, and the jobs that Snakemake plans after it."""

import copy
import csv
import json
import shutil
from pathlib import Path

import pytest
import yaml
from workflow import ROOT, Study, rules

MEASURING = {
    "measure_footprint",
    "measure_latency",
    "measure_frames",
    "measure_threads",
    "measure_batch",
    "measure_energy",
}


# All that Snakemake said in the whole run.
LOG = "run.log"
WER = {"max_utterances": 6, "normalisation": "librispeech", "shards": 1}
DECODING = {"decode_shard", "gather_hypotheses"}


def cut_down_demo() -> dict:
    """The demo's models and speech, with as few utterances as make a study.

    One model has a CTC weight of its own and two precisions, another one two beam sizes.
    """
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    config["models"] = [m for m in config["models"] if m["name"] != "streaming-demo"]
    del config["streaming"]
    config["speech"]["path"] = str(ROOT / "demo" / config["speech"]["path"])
    for model in config["models"]:
        model["source"] = str(ROOT / "demo" / model["source"])
    config["models"][0]["decode"] = [
        {"ctc_weight": [0.0, 0.3, 1.0]},
        {"ctc_weight": 0.3, "beam_size": 3},
    ]
    config["models"][1] |= {"ctc_weights": [0.3], "builds": [{}, {"precision": "int8"}]}
    config["decoding"] = {"beam_size": 2, "threads": "all"}
    config["latency"] = {"utterances": 2, "rounds": 1, "warm_up": 1, "seed": 1}
    config["sweeps"] = {
        "frames": {"lengths": [60, 120], "repeats": 1},
        "batch": {"sizes": [1, 2], "repeats": 1},
        "threads": {"counts": [1, 4096], "repeats": 1},
    }
    config["energy"] = {"window_s": 1, "samples": 1}
    config["wer"] = WER
    return config


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The cut-down demo after one whole run."""
    study = Study(tmp_path_factory.mktemp("demo"), cut_down_demo())
    (study.folder / LOG).write_text(study.snakemake("all", "--verbose").stdout)
    return study


@pytest.fixture
def unchanged(finished):
    """The finished study, put back as it was after the test."""
    config = copy.deepcopy(finished.config)
    yield finished
    finished.write_config(config)
    shutil.copytree(ROOT / "scripts", finished.project / "scripts", dirs_exist_ok=True)


def table(study: Study, name: str) -> list[dict[str, str]]:
    with (study.folder / f"results/tables/{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_summary_has_a_row_for_each_variant_of_each_model(finished):
    found = [(row["model"], row["variant"]) for row in table(finished, "summary")]
    weights = ["ctc0.0", "ctc0.3", "ctc1.0"]
    wanted = [("conformer-demo", slug) for slug in [*weights, "ctc0.3-beam3"]]
    wanted += [("lstm-demo", "ctc0.3"), ("lstm-demo-int8", "ctc0.3")]
    wanted += [(model, slug) for model in ("conformer-full", "lstm-full") for slug in weights]
    assert found == wanted


def test_a_build_has_the_files_of_its_checkpoint_and_rows_of_its_own(finished):
    assert not (finished.folder / "resources/models/lstm-demo-int8").exists()
    rows = {row["model"]: row for row in table(finished, "summary")}
    whole, other = rows["lstm-demo"], rows["lstm-demo-int8"]
    assert (whole["precision"], other["precision"]) == ("float32", "int8")
    assert whole["parameters_whole"] == other["parameters_whole"]
    for column in ("latency_mean_s", "wer_percent", "peak_memory_bytes"):
        assert float(other[column]) >= 0 and whole[column] != ""
    held = {row["model"]: int(row["weights_bytes"]) for row in table(finished, "compute")}
    assert held["lstm-demo-int8"] < 0.3 * held["lstm-demo"]
    beams = {row["variant"]: row["beam_size"] for row in table(finished, "latency")}
    assert (beams["ctc0.3"], beams["ctc0.3-beam3"]) == ("2", "3")
    shown = (finished.folder / "results/tables/summary.md").read_text()
    head = next(line for line in shown.splitlines() if line.startswith("| model"))
    assert all(f" {word} " in head for word in ("precision", "CTC weight", "beam"))
    assert "engine" not in head and "All variants: engine espnet." in shown


def test_the_summary_has_the_published_numbers_of_parameters(finished):
    rows = {(row["model"], row["variant"]): row for row in table(finished, "summary")}
    for model, whole, ctc, decoder in (
        ("conformer-full", 116146960, 2565000, 30350216),
        ("lstm-full", 8248145, 8667, 1459318),
    ):
        hybrid = rows[model, "ctc0.3"]
        assert int(hybrid["parameters_whole"]) == int(hybrid["parameters_used"]) == whole
        assert int(hybrid["parameters_ctc"]) == ctc
        assert int(hybrid["parameters_decoder"]) == decoder
        assert int(rows[model, "ctc0.0"]["parameters_used"]) == whole - ctc
        assert int(rows[model, "ctc1.0"]["parameters_used"]) == whole - decoder


def test_every_latency_is_there_and_traceable(finished):
    for row in table(finished, "summary"):
        raw = finished.folder / "results/latency" / row["model"] / row["variant"]
        with (raw / "round1.csv").open(newline="") as file:
            latencies = [float(line["latency_s"]) for line in csv.DictReader(file)]
        assert float(row["latency_mean_s"]) == pytest.approx(sum(latencies) / len(latencies))


def test_random_weights_have_no_wer_and_say_why(finished):
    for row in table(finished, "wer"):
        random = row["weights"] == "random"
        assert (row["wer_percent"] == "") == random
        assert ("random weights" in row["reason"]) == random


def test_watts_are_measured_or_absent_with_a_reason(finished):
    for row in table(finished, "energy"):
        if row["power_status"] != "measured":
            assert row["power_mean_w"] == row["energy_per_utterance_study_j"] == ""
            assert row["reason"]


def test_every_table_and_figure_of_the_design_is_there(finished):
    results = finished.folder / "results"
    tables = (
        "parameters latency latency_vs_frames latency_vs_batch energy energy_vs_frames wer summary"
    )
    figures = (
        "latency latency_vs_frames latency_vs_batch energy energy_vs_frames "
        "wer_vs_latency wer_vs_energy parameters"
    )
    for name in tables.split():
        for ending in ("csv", "schema.json", "md", "tex"):
            assert (results / f"tables/{name}.{ending}").stat().st_size > 100
    for name in figures.split():
        assert (results / f"plots/{name}.png").read_bytes().startswith(b"\x89PNG")
        assert "</svg>" in (results / f"plots/{name}.svg").read_text()
    device = json.loads((results / "device.json").read_text())
    assert device["cores"] >= 1 and device["versions"]["espnet"]


def test_nothing_is_left_to_do(finished):
    assert finished.planned("all") == []


def test_snakemake_sleeps_while_a_job_measures(finished):
    log = (finished.folder / LOG).read_text()
    looks, jobs = log.count("Ready jobs: "), log.count("Finished jobid: ")
    assert 0 < looks <= 2 * jobs


def test_a_deleted_figure_is_made_again_alone(finished):
    figure = "results/plots/latency_vs_frames.png"
    before = (finished.folder / figure).read_bytes()
    (finished.folder / figure).unlink()
    jobs = finished.planned(figure)
    assert {(job.rule, Path(job.output).stem) for job in jobs} == {
        ("plot_figure", "latency_vs_frames")
    }
    finished.snakemake(figure)
    assert (finished.folder / figure).read_bytes() == before


def test_one_figure_needs_only_its_own_measurements(finished, tmp_path):
    shutil.copy(finished.folder / "config.yaml", tmp_path)
    study = copy.copy(finished)
    study.folder = tmp_path
    jobs = study.planned("results/plots/latency_vs_frames.png")
    assert rules(jobs) == {
        "fetch_speech",
        "list_utterances",
        "draw_sample",
        "fetch_model",
        "measure_frames",
        "make_table",
        "plot_figure",
    }


def test_another_ctc_weight_runs_only_its_variants(unchanged):
    config = copy.deepcopy(unchanged.config)
    config["models"][0]["decode"][0]["ctc_weight"] = [0.0, 0.4, 1.0]
    unchanged.write_config(config)
    jobs = unchanged.planned("all")
    variant = "conformer-demo/ctc0.4/"
    for job in jobs:
        if job.rule in MEASURING | DECODING:
            assert variant in job.output, job
    assert {job.rule for job in jobs if variant in job.output} == {
        "measure_footprint",
        "measure_latency",
        "measure_frames",
        "measure_threads",
        "measure_energy",
        "decode_shard",
        "gather_hypotheses",
    }
    assert not {"fetch_model", "fetch_speech", "count_model", "measure_batch"} & rules(jobs)


@pytest.mark.parametrize(
    ("change", "rerun"),
    [
        ({"latency": {"utterances": 2, "rounds": 2, "warm_up": 1, "seed": 1}}, {"measure_latency"}),
        ({"energy": {"window_s": 2, "samples": 1}}, {"measure_energy"}),
        ({"wer": WER | {"max_utterances": 5}}, DECODING),
        ({"wer": WER | {"normalisation": "none"}}, set()),
        ({"wer": WER | {"normalisation": "english"}}, set()),
    ],
)
def test_an_edit_of_the_configuration_reruns_only_what_it_concerns(unchanged, change, rerun):
    unchanged.write_config(copy.deepcopy(unchanged.config) | change)
    jobs = unchanged.planned("all")
    assert rules(jobs) & (MEASURING | DECODING) == rerun
    if rerun == {"measure_latency"}:
        assert all("round2" in job.output for job in jobs if job.rule == "measure_latency")
    if not rerun:  # scored again, and nothing else
        assert {"check_references", "make_table"} <= rules(jobs)
        assert any("tables/wer.csv" in job.output for job in jobs)
        assert not {"fetch_speech", "list_utterances", "draw_sample"} & rules(jobs)


@pytest.mark.parametrize(
    ("module", "rerun"),
    [
        ("figures/style.py", {"plot_figure"}),
        ("figures/energy.py", {"plot_figure"}),
        ("tables/wer_worst.py", {"make_table"}),
        ("study/config_errors.py", set()),
    ],
)
def test_an_edited_table_plot_or_message_measures_nothing_again(unchanged, module, rerun):
    unchanged.edit(module)
    found = unchanged.planned("all")
    assert not rules(found) & (MEASURING | DECODING)
    assert rules(found) - {"plot_figure"} == rerun - {"plot_figure"}
    if rerun:
        made = {Path(job.output).name.split(".")[0] for job in found if job.rule in rerun}
        assert "style" in module or made <= {Path(module).stem, "data_dictionary"}


def test_an_edited_measurement_is_done_again(unchanged):
    unchanged.edit("measure/latency.py")
    found = rules(unchanged.planned("all"))
    assert {"measure_footprint", "measure_latency"} <= found
    assert "count_model" not in found


def test_an_edited_footprint_measures_no_latency_again(unchanged):
    unchanged.edit("measure/stages/footprint.py")
    found = rules(unchanged.planned("all"))
    assert "measure_footprint" in found
    assert not found & (MEASURING | DECODING) - {"measure_footprint"}


def test_the_fast_search_is_code_of_its_own_rows_alone(unchanged):
    unchanged.edit("engines/espnet_fast/search.py")
    assert unchanged.planned("all") == []
    config = copy.deepcopy(unchanged.config)
    config["models"][0]["engine"] = "espnet-fast"
    unchanged.write_config(config)
    jobs = [job for job in unchanged.planned("all") if job.rule in MEASURING | DECODING]
    assert jobs and all(config["models"][0]["name"] in job.output for job in jobs)


def test_a_comment_or_docstring_anywhere_reruns_nothing(unchanged):
    package = unchanged.project / "scripts/asrbench"
    for file in sorted(package.rglob("*.py")):
        unchanged.edit(str(file.relative_to(package)), "# edited")
    for script in (unchanged.project / "scripts").glob("*.py"):
        text = script.read_text()
        assert text.startswith('"""')
        script.write_text(text.replace('"""', '"""Edited: ', 1) + "# edited\n")
    assert unchanged.planned("all") == []


def test_a_program_that_fails_after_it_wrote_fails_its_job(unchanged):
    program = unchanged.project / "scripts/make_table.py"
    end = '            return f"{args.csv}'
    assert end in program.read_text()
    program.write_text(program.read_text().replace(end, f"            raise SystemExit(3)\n{end}"))
    done = unchanged.snakemake("results/tables/wer.csv", check=False)
    assert done.returncode != 0 and "failed: Make the table wer: " in done.stdout


def test_a_bad_configuration_is_one_line_before_any_job(unchanged):
    config = copy.deepcopy(unchanged.config) | {"ctc_weights": [0.0, 1.7]}
    unchanged.write_config(config)
    for arguments in (["-n"], ["all"]):
        done = unchanged.snakemake(*arguments, check=False)
        assert done.returncode != 0
        assert "config.yaml: ctc_weights[1]: 1.7 must be a number from 0 to 1" in done.stdout
        assert "Traceback" not in done.stdout and "rule " not in done.stdout


def test_the_page_and_the_report_of_the_run_link_to_each_other(finished):
    finished.snakemake("report")
    page = (finished.folder / "results/report.html").read_text()
    assert '<h1 id="title">embedded demo</h1>' in page and "</html>" in page
    assert 'href="run_report.html"' in page
    run = (finished.folder / "results/run_report.html").read_text()
    for part in ("wer_vs_latency", "CTC weight", "runtimes_spec", "Measured rows", "report.html"):
        assert part in run
    assert len(page) + len(run) < 15e6
    assert finished.planned("report") == []


def test_an_edited_page_makes_the_report_alone(unchanged):
    unchanged.snakemake("report")
    for part in ("report/page.py", "report/answer.py"):
        unchanged.edit(part)
        assert rules(unchanged.planned("report")) == {"report_page"}
        assert unchanged.planned("all") == []


def test_the_published_study_is_planned_whole():
    study = copy.copy(Study.__new__(Study))
    study.project = ROOT
    study.folder = ROOT
    jobs = study.planned()
    rounds = [job for job in jobs if job.rule == "measure_latency" and job.output.endswith("csv")]
    assert len(rounds) == 6 * 5
    assert sum(job.rule == "decode_shard" for job in jobs) == 6 * 8


REAL = ROOT.parent / "shared/data/LibriSpeech"


@pytest.mark.skipif(not REAL.is_dir(), reason="no real LibriSpeech speech beside the project")
def test_real_speech_is_listed_decoded_and_scored(tmp_path):
    config = cut_down_demo()
    config["speech"] = {"name": "real", "path": str(REAL / "test-clean")}
    config["models"] = config["models"][:1]
    config["models"][0]["decode"] = [{"ctc_weight": 1.0}]
    config["wer"] = {"shards": 2}
    study = Study(tmp_path, config)
    study.snakemake("results/tables/wer.csv")
    with (study.folder / "results/data/utterances.csv").open(newline="") as file:
        utterances = list(csv.DictReader(file))
    assert len(utterances) == 7
    assert {row["speaker"] for row in utterances} == {"1089", "2300", "61"}
    (row,) = table(study, "wer")
    assert int(row["utterances"]) == 7
    words = sum(len(line["text"].split()) for line in utterances)
    assert int(row["words"]) == words
    errors = sum(int(row[name]) for name in ("substitutions", "deletions", "insertions"))
    assert float(row["wer_percent"]) == pytest.approx(100 * errors / words)
