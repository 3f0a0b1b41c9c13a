"""Tables from small raw trees: figures by hand, and a reason for each one that is absent."""

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import raw_rows
from asrbench.basics.digits import figure
from asrbench.basics.errors import UserError
from asrbench.statistics import integrate
from asrbench.statistics.error_propagation import product
from asrbench.tables import table_csv

SCRIPTS = Path(__file__).parent.parent / "scripts"
TABLES = {
    "parameters": "parameters",
    "latency": "latency",
    "latency_pairs": "latency_pairs",
    "latency_growth": "latency_growth",
    "threads": "latency_vs_threads",
    "compute": "compute",
    "frames": "latency_vs_frames",
    "batch": "latency_vs_batch",
    "energy": "energy",
    "energy_frames": "energy_vs_frames",
    "power": "power_vs_time",
    "wer": "wer",
    "wer_pairs": "wer_pairs",
    "wer_duration": "wer_vs_duration",
    "wer_worst": "wer_worst",
    "hypotheses": "hypotheses",
    "summary": "summary",
}


def write(study, results, names=tuple(TABLES)):
    """Make and write tables, in an order in which each finds those that it reads."""
    for name in names:
        table = importlib.import_module(f"asrbench.tables.{TABLES[name]}").TABLE
        path = results / "tables" / TABLES[name]
        rows = table.make(study, results)
        table.write(rows, study, *(path.with_suffix(end) for end in (".csv", ".md", ".tex")))


def read(results, name):
    return table_csv.read(results / "tables", TABLES[name])


def row(table, model, weight):
    return table[(table["model"] == model) & (table["ctc_weight"] == weight)].iloc[0]


def text(results, name):
    return (results / "tables" / f"{TABLES[name]}.md").read_text(encoding="utf-8")


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def test_whole_study_in_the_order_of_the_configuration(results):
    study = raw_rows.study()
    raw_rows.build(study, results)
    write(study, results)
    for name in ("latency", "energy", "wer", "summary"):
        table = read(results, name)
        assert list(zip(table["model"], table["variant"], strict=True)) == [
            v.key for v in study.variants()
        ]
        assert "synthetic speech" in text(results, name)
    assert len(read(results, "frames")) == 6 * 3
    assert len(read(results, "batch")) == 2 * 3
    assert (read(results, "summary")["reasons"] == "").all()


def test_latency_by_hand(results):
    study = raw_rows.study(("m",), ["0.0"])
    for number in (1, 2):
        rows = [
            {"utterance_id": "a"} | raw_rows.timed(1.0 * number, 2.0),
            {"utterance_id": "b"} | raw_rows.timed(3.0 * number, 8.0, load=0.9),
            {"utterance_id": "c"} | raw_rows.timed(0, 5.0, **raw_rows.failed("no memory")),
        ]
        rows[0]["throttled"] = "True" if number == 1 else ""
        raw_rows.write_csv(results / f"latency/m/ctc0.0/round{number}.csv", rows)
    write(study, results, ["latency"])
    found = row(read(results, "latency"), "m", "0.0")
    assert found["latency_mean_s"] == pytest.approx((1 + 3 + 2 + 6) / 4)
    assert found["latency_median_s"] == pytest.approx(2.5)
    assert found["real_time_factor"] == pytest.approx(12 / 20)
    assert found["encode_mean_s"] == pytest.approx(1.8)
    assert found["other_mean_s"] == pytest.approx(0.3)
    assert (found["rounds"], found["utterances"], found["failed"]) == (2, 3, 2)
    assert found["flagged_rows"] == 3
    assert (found["interval_over"], found["transfer_over"]) == ("rounds", "utterances")
    assert found["latency_low_s"] < 3 < found["latency_high_s"]
    assert found["reason"] == "2 of 6 rows failed: no memory (2)"


def test_one_round_has_no_interval_but_that_of_other_speech(results):
    study = raw_rows.study(("m",), ["0.3"], rounds=1)
    raw_rows.build(study, results)
    write(study, results)
    found = row(read(results, "latency"), "m", "0.3")
    assert (found["interval_over"], found["transfer_over"]) == ("none", "utterances")
    assert np.isnan([found["latency_low_s"], found["real_time_factor_low"]]).all()
    bounds = (found[f"real_time_factor_transfer_{bound}"] for bound in ("low", "high"))
    assert next(bounds) <= found["real_time_factor"] <= next(bounds)
    energy = row(read(results, "energy"), "m", "0.3")
    assert energy["interval_over"] == "none" and np.isnan(energy["power_low_w"])
    assert energy["energy_interval_over"] == "none"


def test_missing_variant_has_a_row_and_a_reason(results):
    study = raw_rows.study()
    raw_rows.build(study, results)
    for stage in ("latency", "energy", "wer", "sweeps/frames"):
        shutil.rmtree(results / stage / "lstm" / "ctc0.3")
    (results / "parameters/lstm.csv").unlink()
    (results / "sweeps/batch/lstm/round1.csv").unlink()
    write(study, results)
    latency = row(read(results, "latency"), "lstm", "0.3")
    assert np.isnan(latency["latency_mean_s"]) and "no file latency/lstm/" in latency["reason"]
    energy = row(read(results, "energy"), "lstm", "0.3")
    assert np.isnan(energy["power_mean_w"]) and energy["power_status"] == "unavailable"
    assert np.isnan(row(read(results, "wer"), "lstm", "0.3")["wer_percent"])
    batch = read(results, "batch")
    assert batch[batch["model"] == "lstm"]["forward_mean_s"].isna().all()
    summary = row(read(results, "summary"), "lstm", "0.3")
    for stage in ("parameters", "latency", "energy", "wer"):
        assert f"{stage}: " in summary["reasons"]
    assert len(read(results, "frames")) == 18


def test_all_rows_failed_is_not_a_zero(results):
    study = raw_rows.study(("m",), ["0.0"], rounds=1)
    rows = [{"utterance_id": "a"} | raw_rows.timed(0, 5.0, **raw_rows.failed("killed"))]
    raw_rows.write_csv(results / "latency/m/ctc0.0/round1.csv", rows)
    write(study, results, ["latency"])
    found = row(read(results, "latency"), "m", "0.0")
    assert np.isnan(found["latency_mean_s"]) and found["failed"] == 1
    assert found["reason"] == (
        "1 of 1 rows failed: killed (1); no file footprint/m/ctc0.0/round1.csv"
    )


def test_no_watts_are_empty_cells_with_the_reason(results):
    study = raw_rows.study()
    raw_rows.build(study, results, watts=False)
    write(study, results)
    csv = pd.read_csv(results / "tables/energy.csv", dtype=str, keep_default_na=False)
    figures = [c for c in csv if c.endswith(("_w", "_j", "_mwh"))]
    assert figures and (csv[figures] == "").all().all()
    assert set(csv["power_status"]) == {"unavailable"}
    assert set(csv["reason"]) == {"this device has no power meter"}
    assert read(results, "energy_frames")["energy_study_j"].isna().all()
    assert "energy: this device has no power meter" in read(results, "summary")["reasons"][0]


def test_trapezoid_by_hand():
    t_s, power_w = np.array([0.0, 2.0, 6.0]), np.array([4.0, 6.0, 2.0])
    assert integrate.trapezoid(t_s, power_w, 0.0, 6.0) == pytest.approx(10 + 16)
    # 1 to 2: 5 to 6 W; 2 to 4: 6 to 4 W
    assert integrate.trapezoid(t_s, power_w, 1.0, 4.0) == pytest.approx(5.5 + 10)
    # beyond the samples the nearest power holds
    assert integrate.trapezoid(t_s, power_w, -1.0, 8.0) == pytest.approx(4 + 26 + 4)


def test_energy_by_hand(results):
    study = raw_rows.study(("m",), ["0.0"], rounds=1)
    raw_rows.build(study, results)
    facts = {"meter": "battery", "scope": "whole device", "start_s": 10.0, "end_s": 14.0}
    facts |= {"inferences": 4, "audio_s": 8.0, "cpu_s": 6.0, "status": "measured"}
    folder = raw_rows.window(results, "m", "0.0", 1, **facts)
    run = [(10.0, "run", 4.0), (11.0, "run", 6.0), (14.0, "run", 6.0), (15.0, "run", 60.0)]
    idle = [(8.0, "idle_before", 2.0), (16.0, "idle_after", 3.0)]
    raw_rows.samples(folder, idle + run)
    write(study, results, ["latency", "frames", "energy", "energy_frames"])
    found = row(read(results, "energy"), "m", "0.0")
    mean_w, joules = (4 + 6 + 6) / 3, 5 + 18
    latency = row(read(results, "latency"), "m", "0.0")["latency_mean_s"]
    assert found["samples"] == 3
    assert found["power_mean_w"] == pytest.approx(mean_w)
    assert found["energy_per_utterance_study_j"] == pytest.approx(mean_w * latency)
    assert found["energy_per_utterance_integral_j"] == pytest.approx(joules / 4)
    assert found["energy_per_utterance_mwh"] == pytest.approx(joules / 4 / 3.6)
    assert found["energy_per_utterance_net_j"] == pytest.approx((joules - 2.5 * 4) / 4)
    assert found["energy_per_audio_second_j"] == pytest.approx(joules / 8)
    timed = row(read(results, "latency"), "m", "0.0")
    # The made rows use 1.5 seconds of CPU for each second of latency.
    assert found["cpu_s_per_audio_s"] == pytest.approx(1.5 * timed["real_time_factor"])
    assert "idle drift (+50 %)" in found["flags"]
    sweep = read(results, "frames")
    expected = mean_w * sweep["latency_mean_s"]
    assert np.allclose(read(results, "energy_frames")["energy_study_j"], expected)


def test_void_window_and_another_scope_are_left_out(results):
    study = raw_rows.study(("m",), ["0.0"], rounds=3)
    raw_rows.build(study, results)
    raw_rows.window(results, "m", "0.0", 1, status="void", reason="the charger was plugged in")
    facts = {"start_s": 0.0, "end_s": 9.0, "inferences": 3, "audio_s": 9.0, "status": "measured"}
    folder = raw_rows.window(results, "m", "0.0", 3, meter="rapl", scope="package", **facts)
    raw_rows.samples(folder, [(1.0, "run", 50.0), (2.0, "run", 50.0)], meter="rapl")
    write(study, results, ["latency", "energy"])
    found = row(read(results, "energy"), "m", "0.0")
    assert (found["power_status"], found["rounds"], found["meter"]) == ("measured", 1, "battery")
    assert found["power_mean_w"] == pytest.approx(5.0, abs=0.2)
    assert "round 1: the charger was plugged in" in found["reason"]


def test_window_without_samples_is_void(results):
    study = raw_rows.study(("m",), ["0.0"], rounds=1)
    raw_rows.build(study, results)
    folder = results / "energy/m/ctc0.0/round1"
    (folder / "samples.csv").write_text(
        "t_s,phase,meter,channel,scope,power_w,energy_j\n", encoding="utf-8"
    )
    write(study, results, ["latency", "energy"])
    found = row(read(results, "energy"), "m", "0.0")
    assert found["power_status"] == "void" and np.isnan(found["power_mean_w"])
    assert found["reason"] == "no power sample lies in the window"


def test_random_weights_have_no_word_error_rate_and_are_named(results):
    study = raw_rows.study(("m", "r"), ["0.3"], random=("r",))
    raw_rows.build(study, results)
    write(study, results)
    found = row(read(results, "wer"), "r", "0.3")
    assert found["reason"] == "not applicable: random weights" and np.isnan(found["wer_percent"])
    for name in TABLES:
        assert "r (random weights)" in text(results, name)


def test_wer_of_zero_of_more_than_a_hundred_and_of_failures(results):
    study = raw_rows.study(("m",))
    lines = [{"utterance_id": "a", "reference": "A B", "hypothesis": "a b", "status": "ok"}]
    raw_rows.hypotheses(results, "m", "0.0", lines)
    raw_rows.hypotheses(results, "m", "0.3", [lines[0] | {"hypothesis": "X Y Z W V"}])
    broken = {"utterance_id": "b", "reference": "C", "status": "failed", "reason": "killed"}
    raw_rows.hypotheses(results, "m", "1.0", [*lines, broken])
    write(study, results, ["wer"])
    table = read(results, "wer")
    assert list(table["wer_percent"]) == pytest.approx([0.0, 250.0, 100 / 3])
    assert list(table["failed"]) == [0, 0, 1]
    assert table["reason"][2] == "1 of 2 rows failed: killed (1)"


def test_parameters_that_a_variant_uses(results):
    study = raw_rows.study(("m",))
    raw_rows.build(study, results)
    write(study, results)
    used = list(read(results, "summary")["parameters_used"])
    assert used == [97_000_000, 100_000_000, 75_000_000]
    assert "116146960" not in text(results, "parameters") and "100,000,000" in text(
        results, "parameters"
    )
    assert ".0" not in (results / "tables/parameters.csv").read_text(encoding="utf-8")


def test_names_that_look_like_absent_cells(results):
    study = raw_rows.study(("NA", "null"), ["0.0"])
    raw_rows.build(study, results)
    write(study, results)
    assert list(read(results, "summary")["model"]) == ["NA", "null"]
    assert read(results, "summary")["latency_mean_s"].notna().all()


def test_same_rows_give_the_same_bytes(results):
    study = raw_rows.study(("m",), ["0.3"])
    raw_rows.build(study, results)
    write(study, results, ["latency"])
    first = (results / "tables/latency.csv").read_bytes()
    write(study, results, ["latency"])
    assert (results / "tables/latency.csv").read_bytes() == first


@pytest.mark.parametrize(
    "edit, said",
    [
        (lambda text: text.replace(",0.01,", ",fast,", 1), "line 2: load is 'fast', not a number"),
        (lambda text: text.replace("search_s", "searching"), "has no column search_s"),
        (lambda text: "", "is empty"),
    ],
)
def test_wrong_raw_rows_are_named(results, edit, said):
    study = raw_rows.study(("m",), ["0.0"], rounds=1)
    rows = [{"utterance_id": "a"} | raw_rows.timed(0.202, 2.0)]
    path = results / "latency/m/ctc0.0/round1.csv"
    raw_rows.write_csv(path, rows)
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        write(study, results, ["latency"])


@pytest.mark.parametrize(
    "value, shown",
    [
        (116146960, "116,146,960"),
        (0, "0"),
        (0.0, "0"),
        (9.999, "10.0"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (0.01234, "0.0123"),
        (-3.4567, "-3.46"),
        (1e-7, "1.00e-07"),
    ],
)
def test_digits(value, shown):
    assert figure(value) == shown


def test_interval_of_a_product():
    assert product((2.0, 1.8, 2.2), (5.0, np.nan, np.nan)) == pytest.approx((10, 9, 11))
    value, low, high = product((2.0, 1.94, 2.06), (5.0, 4.8, 5.2))
    assert (value, low, high) == pytest.approx((10, 9.5, 10.5))
    assert np.isnan(product((2.0, np.nan, np.nan), (5.0, np.nan, np.nan))[1])


def test_script_writes_both_files_without_matplotlib_or_torch(results):
    study = raw_rows.study(("m",), ["0.0"], rounds=1)
    raw_rows.build(study, results)
    tables = results / "tables"
    code = (
        "import runpy, sys; sys.argv = sys.argv[1:]; sys.path.insert(0, sys.argv.pop(0))\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "loaded = {'matplotlib', 'torch', 'espnet2', 'espnet'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    flags = ["--config", str(results / "study.json"), "--results", str(results)]
    flags += ["--csv", str(tables / "latency.csv"), "--markdown", str(tables / "latency.md")]
    flags += ["--latex", str(tables / "latency.tex")]
    script = [str(SCRIPTS), str(SCRIPTS / "make_table.py"), "latency"]
    subprocess.run([sys.executable, "-c", code, *script, *flags], check=True)
    assert all((tables / f"latency.{end}").is_file() for end in ("csv", "schema.json", "md", "tex"))


@pytest.mark.parametrize(
    "edit, said",
    [
        (lambda rows: rows[1:], "'whole' among them"),
        (lambda rows: [*rows, rows[1]], "each module once"),
        (lambda rows: [rows[0], rows[1] | {"bytes": -4}, *rows[2:]], "no whole number from 0"),
        (lambda rows: [rows[0], rows[1] | {"parameters": 10**9}], "a part has more than the whole"),
    ],
)
def test_counts_that_cannot_be_right_are_told_and_not_shown(results, edit, said):
    study = raw_rows.study(("m", "n"), ["0.0"], rounds=1)
    raw_rows.build(study, results)
    path = results / "parameters/m.csv"
    raw_rows.write_csv(path, edit(pd.read_csv(path).to_dict("records")))
    write(study, results, ["parameters"])
    table = read(results, "parameters")
    ours = table[table["model"] == "m"]
    assert len(ours) == 1 and said in ours["reason"].iloc[0] and ours["parameters"].isna().all()
    assert table[table["model"] == "n"]["parameters"].notna().all()
