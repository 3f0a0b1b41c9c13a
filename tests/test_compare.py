"""Several runs side by side: ratios by hand, what may not be compared, and one line an error."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import raw_rows
from asrbench.basics import results_version
from asrbench.basics.errors import UserError
from asrbench.compare import (
    figure as figure_compare,
)
from asrbench.compare import (
    rows as compare_rows,
)
from asrbench.compare import (
    run_differences,
    run_entries,
    run_folder,
)
from asrbench.compare import (
    tables as compare_tables,
)
from asrbench.results import latency_pair, timed_rows
from asrbench.study import config
from matplotlib.text import Text
from test_tables import TABLES, write
from workflow import ROOT

PI = "Raspberry Pi 5 Model B"
MADE = [name for name in TABLES if name in ("parameters", "latency", "energy", "wer")]


def make(folder: Path, slower: float = 1.0, device: dict | None = None, **settings) -> Path:
    """A finished run in ``folder``; the second device may be slower. Returns the folder."""
    study = raw_rows.study(**({"weights": ["0.0", "0.3"]} | settings))
    results = folder / "results"
    raw_rows.build(study, results)
    raw_rows.device(results, **(device or {}))
    for variant in study.variants():
        speed = slower * (1 + float(variant["ctc_weight"]))
        for number in (1, 2):
            raw_rows.latency(results, *variant.key, number, speed)
    write(study, results, MADE)
    return folder


@pytest.fixture(scope="module")
def runs_made(tmp_path_factory):
    """A folder with runs of several devices."""
    folder = tmp_path_factory.mktemp("runs")
    make(folder / "pi5")
    gpu = {"name": "GPU of tegra234", "driver": "L4T 36.4.3", "power_limit_w": None}
    jetson = {"board": "Jetson Orin", "gpus": [gpu], "torch_cuda": "12.6"}
    make(folder / "jetson", slower=0.5, device=jetson | {"config_sha256": "cd" * 32})
    other = {"decoding": {"beam_size": 5}}
    make(folder / "beam5", device={"config_sha256": "ef" * 32}, **other)
    make(folder / "fewer", models=("conformer",), weights=["0.3", "1.0"])
    return folder


@pytest.fixture
def compared(runs_made, tmp_path):
    """Compare runs by name; gives their runs and tables."""

    def of(*names):
        runs = run_folder.open_all([str(runs_made / name) for name in names], tmp_path / "scratch")
        compare_tables.write(runs, tmp_path / "out")
        tables = {
            name: pd.read_csv(tmp_path / f"out/{name}.csv", keep_default_na=False, na_values=[""])
            for name in ("devices", "latency", "energy", "wer")
        }
        return runs, tables

    return of


def cell(table, model, weight, device):
    here = (table["model"] == model) & (table["variant"] == f"ctc{weight}")
    return table[here & (table["device"] == device)].iloc[0]


def test_ratio_of_latency_is_that_of_the_raw_rows(compared):
    runs, tables = compared("pi5", "jetson")
    found = cell(tables["latency"], "conformer", "0.3", "jetson")
    assert found["ratio"] == pytest.approx(0.5)
    assert found["ratio_low"] <= 0.5 <= found["ratio_high"] < 1
    assert (found["verdict"], found["against"]) == ("faster", "pi5")
    assert found["utterances_shared"] == 6 and found["interval_over"] == "rounds"
    variant = runs[0].study.variant("conformer", "ctc0.3")
    rows = [timed_rows.sample(r.study, r.results, variant).good for r in reversed(runs)]
    by_hand = latency_pair.compare(*rows).ratio
    assert found["ratio"] == pytest.approx(by_hand.value)
    # The variants' spreads are drawn together, so that two rounds are more sure than by themselves.
    assert by_hand.low < found["ratio_low"] and found["ratio_high"] < by_hand.high
    first = cell(tables["latency"], "conformer", "0.3", "pi5")
    assert np.isnan(first["ratio"]) and pd.isna(first["reason"])


def test_gpus_are_shown_where_a_device_has_one(compared, tmp_path):
    _, tables = compared("pi5", "jetson")
    assert list(tables["devices"]["gpus"].fillna("")) == ["", "GPU of tegra234, driver L4T 36.4.3"]
    assert "| GPU " in (tmp_path / "out/devices.md").read_text()
    compared("pi5", "beam5")
    assert "| GPU " not in (tmp_path / "out/devices.md").read_text()


def test_the_published_study_is_one_more_device(compared):
    _, tables = compared("pi5")
    published = cell(tables["latency"], "lstm", "0.3", compare_rows.PUBLISHED)
    assert published["latency_mean_s"] == 143.83 and np.isnan(published["latency_low_s"])
    assert published["reason"] == "published figure without raw rows"
    energy = cell(tables["energy"], "lstm", "0.3", compare_rows.PUBLISHED)
    assert energy["power_status"] == "published" and np.isnan(energy["ratio"])
    wer = cell(tables["wer"], "lstm", "0.3", compare_rows.PUBLISHED)
    assert wer["wer_percent"] == 99 and "above this" in wer["reason"]
    # No run has the third weight, so the published study stands alone in it.
    alone = tables["latency"][tables["latency"]["ctc_weight"] == 1.0]
    assert set(alone["device"]) == {compare_rows.PUBLISHED} and len(alone) == 2


def test_devices_name_what_differs(compared):
    _, tables = compared("pi5", "jetson", "beam5")
    devices = tables["devices"].set_index("device")
    assert list(devices["board"]) == [PI, "Jetson Orin", PI]
    assert pd.isna(devices.at["pi5", "differs"])
    assert devices.at["jetson", "differs"] == "the configuration differs in names and places alone"
    assert devices.at["beam5", "differs"] == "decoding.beam_size: 5 here, not set in pi5"
    assert devices.at["jetson", "results_version"] == results_version.VERSION


def test_another_beam_is_shown_and_not_compared(compared):
    _, tables = compared("pi5", "beam5")
    for name in ("latency", "energy", "wer"):
        found = cell(tables[name], "conformer", "0.3", "beam5")
        assert found["reason"] == "not comparable: another beam (5, not 20)"
    assert cell(tables["latency"], "conformer", "0.3", "beam5")["latency_mean_s"] > 0
    assert np.isnan(cell(tables["latency"], "conformer", "0.3", "beam5")["ratio"])


def test_energy_only_of_one_scope(compared, runs_made, tmp_path):
    _, tables = compared("pi5", "jetson")
    alike = cell(tables["energy"], "lstm", "0.0", "jetson")
    assert alike["ratio"] == pytest.approx(0.5, rel=0.05)
    assert alike["ratio_low"] < alike["ratio"] < alike["ratio_high"]
    shutil.copytree(runs_made / "jetson", tmp_path / "rapl")
    for file in (tmp_path / "rapl/results/energy").glob("*/*/*/*"):
        text = file.read_text(encoding="utf-8").replace("whole device", "package")
        file.write_text(text, encoding="utf-8")
    entries = [str(runs_made / "pi5"), str(tmp_path / "rapl")]
    rows = list(compare_rows.energy(run_folder.open_all(entries, tmp_path / "s")))
    found = next(r for r in rows if r["device"] == "rapl" and r["model"] == "lstm")
    assert found["reason"] == "not comparable: another scope (package, not whole device)"
    assert "ratio" not in found


def test_word_errors_only_of_the_same_words(compared, runs_made, tmp_path):
    _, tables = compared("pi5", "jetson")
    alike = cell(tables["wer"], "lstm", "0.0", "jetson")
    assert alike["difference_percent"] == 0 and alike["identical_percent"] == 100
    assert alike["difference_low_percent"] == alike["difference_high_percent"] == 0
    shutil.copytree(runs_made / "jetson", tmp_path / "short")
    results = tmp_path / "short/results"
    path = results / "wer/lstm/ctc0.0/hypotheses.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)

    def of_lstm():
        entries = [str(runs_made / "pi5"), str(tmp_path / "short")]
        with tempfile.TemporaryDirectory() as scratch:
            rows = list(compare_rows.word_errors(run_folder.open_all(entries, Path(scratch))))
        return next(r for r in rows if r["device"] == "short" and r["model"] == "lstm")

    path.write_text("".join(lines[:-1]), encoding="utf-8")
    found = of_lstm()
    assert found["reason"] == "1 utterances are left out, which only one of them has"
    assert found["difference_percent"] == 0
    path.write_text("".join(lines).replace("TURNIPS", "BEETS"), encoding="utf-8")
    assert of_lstm()["reason"] == "other references of the same utterances"
    last = json.loads(lines[-1])
    lines[-1] = json.dumps(last | {"hypothesis": last["hypothesis"] + " MORE"}) + "\n"
    path.write_text("".join(lines), encoding="utf-8")
    assert of_lstm()["identical_percent"] == pytest.approx(100 * (1 - 1 / len(lines)))
    shutil.rmtree(results / "wer")
    table = pd.read_csv(results / "tables/wer.csv", keep_default_na=False)
    table["words"] = 7
    table.to_csv(results / "tables/wer.csv", index=False)
    assert of_lstm()["reason"].startswith("other references (7 words, not ")


def test_energy_only_of_the_same_sample(runs_made, tmp_path):
    shutil.copytree(runs_made / "jetson", tmp_path / "other")
    for file in (tmp_path / "other/results/latency").glob("*/*/*.csv"):
        text = file.read_text(encoding="utf-8").replace("u5,", "v5,")
        file.write_text(text, encoding="utf-8")
    entries = [str(runs_made / "pi5"), str(tmp_path / "other")]
    rows = list(compare_rows.energy(run_folder.open_all(entries, tmp_path / "s")))
    found = next(r for r in rows if r["device"] == "other" and r["model"] == "lstm")
    assert found["reason"] == "not comparable: another sample of utterances"


@pytest.mark.parametrize(
    ("sha256", "said"),
    [
        ("f" * 64, "another checkpoint (sha256 ffffffffffff, not sha256 000000000000)"),
        (None, "the checkpoint of one is not known"),
    ],
)
def test_another_checkpoint_is_not_compared(runs_made, tmp_path, sha256, said):
    shutil.copytree(runs_made / "pi5", tmp_path / "other")
    path = tmp_path / "other/resources/models/conformer/model.json"
    told = json.loads(path.read_text(encoding="utf-8")) | {"sha256": sha256}
    path.write_text(json.dumps(told), encoding="utf-8")
    tables = tmp_path / "other/results/tables/parameters.csv"
    tables.write_text("module\n", encoding="utf-8")
    entries = [str(runs_made / "pi5"), str(tmp_path / "other")]
    runs = run_folder.open_all(entries, tmp_path / "s")
    assert run_differences.of_variant(*runs, ("conformer", "ctc0.3")) == said
    assert run_differences.of_variant(*runs, ("lstm", "ctc0.3")) == ""


def test_another_number_of_parameters_is_not_compared(runs_made, tmp_path):
    shutil.copytree(runs_made / "pi5", tmp_path / "other")
    raw_rows.parameters(tmp_path / "other/results", "conformer", 7)
    entries = [str(runs_made / "pi5"), str(tmp_path / "other")]
    runs = run_folder.open_all(entries, tmp_path / "s")
    said = "another number of parameters (7, not 100,000,000)"
    assert run_differences.of_variant(*runs, ("conformer", "ctc0.3")) == said


def edit_table(folder, name, **cells):
    """Write cells into the first row of a table of a run."""
    path = folder / f"results/tables/{name}.csv"
    table = pd.read_csv(path, keep_default_na=False, dtype=str)
    for column, value in cells.items():
        table.loc[0, column] = value
    table.to_csv(path, index=False)


def test_a_table_that_was_edited_is_made_again_from_its_rows(compared, runs_made, tmp_path):
    shutil.copytree(runs_made / "pi5", tmp_path / "edited")
    for name, column in (
        *(("latency", "latency_mean_s"), ("wer", "wer_percent"), ("parameters", "parameters")),
        ("energy", "energy_per_utterance_study_j"),
    ):
        edit_table(tmp_path / "edited", name, **{column: "0"})
    runs = run_folder.open_all([str(runs_made / "pi5"), str(tmp_path / "edited")], tmp_path / "s")
    sound, edited = runs
    for name in ("latency", "wer", "parameters", "energy"):
        assert sound.tables.read(name).equals(edited.tables.read(name)), name


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"latency_mean_s": "99"}, "latency_mean_s is outside of its own interval in row 0"),
        ({"latency_mean_s": "inf"}, "latency_mean_s is inf in row 0, which breaks a finite number"),
        ({"latency_mean_s": "-1"}, "latency_mean_s is -1.0 in row 0"),
        ({"latency_mean_s": "long"}, "latency_mean_s"),
        ({"weights": "gold"}, "weights is 'gold' in row 0"),
    ],
)
def test_a_table_without_raw_rows_keeps_its_own_rules(runs_made, tmp_path, cells, said):
    shutil.copytree(runs_made / "pi5", tmp_path / "edited")
    shutil.rmtree(tmp_path / "edited/results/latency")
    edit_table(tmp_path / "edited", "latency", **cells)
    with pytest.raises(UserError, match=re.escape(said)) as refused:
        run_folder.open_all([str(tmp_path / "edited")], tmp_path / "s")
    assert "edited" in str(refused.value) and "\n" not in str(refused.value)


def test_raw_latencies_below_0_give_no_verdict(runs_made, tmp_path):
    shutil.copytree(runs_made / "pi5", tmp_path / "negative")
    path = tmp_path / "negative/results/latency/lstm/ctc0.0"
    for file in path.glob("*.csv"):
        rows = pd.read_csv(file, keep_default_na=False)
        rows["latency_s"] *= -1
        rows.to_csv(file, index=False)
    entries = [str(runs_made / "pi5"), str(tmp_path / "negative")]
    rows = list(compare_rows.latency(run_folder.open_all(entries, tmp_path / "s")))
    found = next(r for r in rows if r["device"] == "negative" and r["model"] == "lstm")
    assert "verdict" not in found and "latency_s is not above 0" in found["reason"]


def test_missing_variants_are_told_on_both_sides(compared, tmp_path):
    _, tables = compared("pi5", "fewer")
    latency = tables["latency"]
    assert cell(latency, "lstm", "0.3", "fewer")["reason"] == "its study has no such variant"
    only = cell(latency, "conformer", "1.0", "fewer")
    assert only["latency_mean_s"] > 0
    assert only["reason"] == "pi5: its study has no such variant"
    said = (tmp_path / "out/latency.md").read_text(encoding="utf-8")
    assert "fewer: its study has no such variant" in said


def test_side_by_side_has_one_row_a_variant(compared, tmp_path):
    compared("pi5", "jetson")
    lines = (tmp_path / "out/latency.md").read_text(encoding="utf-8").splitlines()
    heads = [h.strip() for h in lines[2].strip("|").split("|")]
    assert heads == [
        *("model", "CTC weight", "pi5 (s)", "jetson (s)", "ratio to pi5"),
        f"{compare_rows.PUBLISHED} (s)",
        "remarks",
    ]
    assert sum(line.startswith("| ") for line in lines) == 1 + 6
    tex = (tmp_path / "out/latency.tex").read_text(encoding="utf-8")
    assert r"\label{tab:compare_latency}" in tex and r"\toprule" in tex


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("latency", ["× 0.500", "mean latency of an utterance (s)"]),
        ("energy", ["× 1", "energy of an utterance (J)"]),
        ("wer", ["0 [", "points", "above 99.0", "word error rate (%)"]),
    ],
)
def test_a_figure_names_devices_changes_and_absences(compared, tmp_path, name, said):
    runs, _ = compared("pi5", "jetson", "fewer")
    made = compare_tables.write(runs, tmp_path / "again")
    figure = figure_compare.draw(compare_tables.TABLES[name], made[name])
    figure.draw_without_rendering()
    words = " ".join(text.get_text() for text in figure.findobj(Text))
    for part in ("pi5", "jetson", "published study", "conformer, CTC 0.3", *said):
        assert part in words
    assert "its study has no such variant" in words
    edge = figure.bbox.padded(2)
    (axes,) = figure.axes
    for text in [*axes.texts, *axes.get_yticklabels()]:
        if text.get_text():
            box = text.get_window_extent()
            assert edge.contains(box.x0, box.y0) and edge.contains(box.x1, box.y1)


def test_an_archive_stands_for_its_folder(compared, runs_made, tmp_path):
    archive = tmp_path / "sent.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted((runs_made / "jetson/results").rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(runs_made / "jetson"))
    entries = [str(runs_made / "pi5"), str(archive)]
    rows = list(compare_rows.latency(run_folder.open_all(entries, tmp_path / "unpacked")))
    sent = [row for row in rows if row["device"] == "sent" and "ratio" in row]
    assert [row["ratio"] for row in sent] == pytest.approx([0.5] * 4)


def damaged(runs_made, tmp_path, name, edit) -> list[str]:
    shutil.copytree(runs_made / "jetson", tmp_path / name)
    edit(tmp_path / name / "results")
    return [str(runs_made / "pi5"), str(tmp_path / name)]


def device_of(version):
    def edit(results):
        said = json.loads((results / "device.json").read_text(encoding="utf-8"))
        del said["results_version"]
        said |= {} if version is None else {"results_version": version}
        (results / "device.json").write_text(json.dumps(said), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    ("name", "edit", "said"),
    [
        ("old", device_of(None), "device.json names no results_version; this program reads 1"),
        ("new", device_of(99), "device.json has results_version 99; this program reads 1"),
        ("flag", device_of(True), "device.json has results_version True"),
        ("bare", lambda r: shutil.rmtree(r / "tables"), "holds no tables/latency.csv"),
        ("none", lambda r: (r / "device.json").unlink(), "holds no device.json"),
        ("lost", lambda r: (r / "study.json").unlink(), "there is no such configuration file"),
        ("text", lambda r: (r / "device.json").write_text("{"), "is not JSON"),
    ],
)
def test_a_folder_that_cannot_be_read_is_one_line(runs_made, tmp_path, name, edit, said):
    entries = damaged(runs_made, tmp_path, name, edit)
    with pytest.raises(UserError) as error:
        run_entries.check(entries)
    assert said in str(error.value) and name in str(error.value)
    assert "\n" not in str(error.value)


def test_a_list_that_cannot_be_compared_is_one_line(runs_made, tmp_path):
    pi5 = str(runs_made / "pi5")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no archive")
    for entries, said in (
        ([], "compare: nothing is given"),
        ([pi5, "nowhere"], "compare: nowhere: there is no such folder"),
        ([pi5, f"{pi5}/results"], f"{pi5}/results is {pi5} once more"),
        ([pi5, str(broken)], "is no folder and no zip archive"),
    ):
        with pytest.raises(UserError, match=said) as error:
            run_entries.check(entries)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("entries", "labels"),
    [
        (["runs/pi5", "runs/jetson/results"], ["pi5", "jetson"]),
        (["a/pi/results", "b/pi/results"], ["a/pi", "b/pi"]),
        (["x/one.zip", "x/two.zip"], ["one", "two"]),
        (["x/2026-01-02"], ["2026-01-02"]),
    ],
)
def test_labels_are_the_shortest_that_differ(tmp_path, monkeypatch, entries, labels):
    monkeypatch.chdir(tmp_path)
    for entry in entries:
        if not entry.endswith(".zip"):
            (tmp_path / entry).mkdir(parents=True)
    assert run_entries.labels(entries) == labels


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["a", "b"], ["a", "b"]),
        ("a,b", ["a", "b"]),
        ("a , b,", ["a", "b"]),
        ([2025, 2026], ["2025", "2026"]),
        ("", []),
        (None, []),
    ],
)
def test_the_key_takes_a_list_or_text_with_commas(given, found):
    study = raw_rows.study(compare=given)
    assert study.compare == found
    assert "compare" not in study.model_dump()
    assert study.model_dump_json() == raw_rows.study().model_dump_json()


def test_the_key_refuses_what_is_no_list():
    with pytest.raises(UserError, match=r"compare: must be a list of results folders"):
        config.parse(raw_rows.study().model_dump() | {"compare": {"a": 1}})


def test_the_script_says_what_is_wrong_in_one_line(tmp_path):
    script = ROOT / "scripts/compare_results.py"
    done = subprocess.run(
        [sys.executable, str(script), "--out", str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "compare: nothing is given" in done.stderr
