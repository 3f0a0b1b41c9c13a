"""Raw files that are cut, doubled, foreign or edited: told in the remarks, and not averaged."""

import json

import numpy as np
import pandas as pd
import pytest
import raw_rows
from asrbench.results import latency_pair
from test_latency_tables import one_variant
from test_tables import read, row, write

DURATIONS_S = np.linspace(2, 20, 10)


def a_round(number, durations_s=DURATIONS_S):
    """Ten utterances; a round is a little slower than the one before."""
    return [
        {"utterance_id": f"u{i}"} | raw_rows.timed((1 + 0.01 * number) * seconds, seconds)
        for i, seconds in enumerate(durations_s)
    ]


def table(tmp_path, rounds, sample=True):
    """The row of the table of latency that rounds of raw rows give, with or without a sample."""
    results = tmp_path / "results"
    study = one_variant(results, rounds)
    if sample:
        drawn = [{"utterance_id": f"u{i}", "duration_s": s} for i, s in enumerate(DURATIONS_S)]
        raw_rows.write_csv(results / "data/sample.csv", drawn)
    write(study, results, ["latency"])
    return row(read(results, "latency"), "m", "0.3")


def test_rounds_cut_at_the_end_of_a_line_leave_the_mean_where_it_was(tmp_path):
    whole = [a_round(number) for number in range(1, 6)]
    cut = [whole[0], *(rows[:4] for rows in whole[1:])]
    sound, found = table(tmp_path / "whole", whole), table(tmp_path / "cut", cut)
    assert sound["reason"] == ""
    assert found["reason"] == "rounds 2, 3, 4, 5: 6 of 10 rows are missing"
    # Each utterance weighs the same, so that only the rounds' own drift is left.
    assert found["latency_mean_s"] == pytest.approx(sound["latency_mean_s"], rel=0.02)
    assert found["latency_low_s"] < sound["latency_mean_s"] < found["latency_high_s"]


def edited(number, **cells):
    """Three rounds of which the second has other cells in its fourth row."""
    rounds = [a_round(number) for number in (1, 2, 3)]
    rounds[1][number] |= cells
    return rounds


@pytest.mark.parametrize(
    "rounds, said",
    [
        (edited(3, latency_s=-1.0), "round 2: 1 rows cannot be right: latency_s is not above 0"),
        (edited(3, latency_s="inf"), "1 of 30 rows are ok and have no latency_s"),
        (edited(3, encode_s=99.0), "encode_s and search_s are together longer than latency_s"),
        (edited(3, decoder_s=7.0), "decoder_s, ctc_s and lm_s are together longer than search_s"),
        (edited(3, cpu_s=-0.1), "round 2: 1 rows cannot be right: a part, cpu_s or tokens"),
        (edited(3, duration_s=3.0), "round 2: 1 rows have another duration_s than their input"),
        (edited(3, utterance_id="v"), "round 2: 1 rows are of inputs that were not to be measured"),
        (edited(3, utterance_id="u5"), "round 2: 2 rows are of one input with another row"),
        ([a_round(1), a_round(2) * 2, a_round(3)], "round 2: 20 rows are of one input with"),
        ([a_round(1), a_round(2), a_round(1)], "round 3: a copy of round 1, not counted"),
    ],
)
def test_what_cannot_be_right_is_told_and_not_averaged(tmp_path, rounds, said):
    sound = table(tmp_path / "sound", [a_round(number) for number in (1, 2, 3)])
    found = table(tmp_path / "edited", rounds)
    assert said in found["reason"]
    assert found["latency_mean_s"] == pytest.approx(sound["latency_mean_s"], rel=0.02)


def test_without_a_sample_the_rounds_are_held_against_each_other(tmp_path):
    found = table(tmp_path, [a_round(1), a_round(2)[:7]], sample=False)
    assert found["reason"] == "round 2: 3 of 10 rows are missing"


def test_sweeps_tell_what_is_missing_and_impossible(tmp_path):
    results = tmp_path / "results"
    study = raw_rows.study(("m",), ["0.3"], rounds=1)
    raw_rows.build(study, results)
    for path, column in (("sweeps/frames/m/ctc0.3", "latency_s"), ("sweeps/batch/m", "forward_s")):
        file = results / path / "round1.csv"
        rows = pd.read_csv(file).iloc[:-1]
        rows.loc[0, column] = -1.0
        rows.to_csv(file, index=False)
    write(study, results, ["frames", "batch"])
    for name in ("latency_vs_frames", "latency_vs_batch"):
        remarks = pd.read_csv(results / "tables" / f"{name}.csv")["reason"]
        assert remarks.str.contains("round 1: 1 rows cannot be right").all()
        assert remarks.str.contains("round 1: 1 of 9 rows are missing").all()


LOST = {
    "longest in one round": [(0, -1)],
    "longest in two rounds": [(0, -1), (1, -1)],
    "one at random": None,
    "a round cut": [(2, unit) for unit in range(40, 100)],
    "a whole round": [(4, unit) for unit in range(100)],
}


@pytest.mark.parametrize("same_run", [True, False])
@pytest.mark.parametrize("lost", LOST)
def test_the_same_twice_is_no_difference_whatever_is_missing(lost, same_run):
    """5 rounds × 100 utterances, 100 studies; the second lacks some cells of its table."""
    generator = np.random.default_rng(sum(map(ord, lost)))
    different, with_one = 0, 0
    for _ in range(100):
        utterances_s = np.sort(generator.lognormal(0, 0.6, 100))
        both = []
        for _ in range(2):
            drift = generator.normal(1, 0.01, (5, 1))
            both.append(utterances_s * drift * generator.normal(1, 0.02, (5, 100)))
        cells = LOST[lost] or [(generator.integers(5), generator.integers(100))]
        for place in cells:
            both[1][place] = np.nan
        pair = latency_pair.compare(*map(long, both), same_run=same_run)
        (pair,) = latency_pair.decided([pair])
        different += pair.verdict != latency_pair.UNDECIDED
        with_one += pair.ratio.low <= 1 <= pair.ratio.high
        if same_run or lost != "a whole round":  # rounds of two devices have no partners
            assert pair.rows_left_out > 0 and str(pair.rows_left_out) in pair.reason
    assert different <= 7 and with_one >= 93


def long(cells):
    """Rows of a table of rounds × utterances, without the absent ones."""
    return pd.DataFrame(
        {"round": r + 1, "utterance_id": f"u{u:02}", "latency_s": cells[r, u]}
        for r, u in np.ndindex(cells.shape)
        if np.isfinite(cells[r, u])
    )


def made_by(results, number, weight="0.3", **versions):
    """Say by what a round was made, as the measuring program does."""
    file = results / f"latency/m/ctc{weight}/round{number}.csv.checks.json"
    file.write_text(json.dumps({"made_by": versions}), encoding="utf-8")


def test_rounds_of_different_versions_are_told(tmp_path):
    results = tmp_path / "results"
    study = one_variant(results, [a_round(1), a_round(2)])
    made_by(results, 1, torch="2.9.1", commit=None)
    made_by(results, 2, torch="2.9.1", commit=None)
    write(study, results, ["latency"])
    assert row(read(results, "latency"), "m", "0.3")["reason"] == ""
    made_by(results, 2, torch="2.13.0")
    write(study, results, ["latency"])
    assert row(read(results, "latency"), "m", "0.3")["reason"] == (
        "made by different versions: round 1 by torch 2.9.1; round 2 by torch 2.13.0"
    )


def test_a_variant_of_other_versions_than_the_rest_is_told(tmp_path):
    results = tmp_path / "results"
    study = raw_rows.study(("m",), ["0.0", "0.3", "1.0"], rounds=1)
    raw_rows.build(study, results)
    for weight, version in (("0.0", "2.9.1"), ("0.3", "2.13.0"), ("1.0", "2.9.1")):
        made_by(results, 1, weight, torch=version)
    write(study, results, ["latency"])
    table = read(results, "latency")
    assert row(table, "m", "0.3")["reason"] == "made by torch 2.13.0, and most rows by torch 2.9.1"
    assert row(table, "m", "1.0")["reason"] == ""


def passes_of(number, count=2):
    """A round of so many passes, each a little slower than the one before."""
    return [
        {"utterance_id": row["utterance_id"], "pass": p + 1}
        | raw_rows.timed((1 + 0.01 * number + 0.003 * p) * row["duration_s"], row["duration_s"])
        for p in range(count)
        for row in a_round(number)
    ]


def of_passes(tmp_path, rounds, count=2):
    """The row of the table of latency of a study with so many passes."""
    results = tmp_path / "results"
    latency = {"utterances": 10, "rounds": len(rounds), "passes": count}
    study = one_variant(results, rounds, latency=latency)
    drawn = [{"utterance_id": f"u{i}", "duration_s": s} for i, s in enumerate(DURATIONS_S)]
    raw_rows.write_csv(results / "data/sample.csv", drawn)
    write(study, results, ["latency"])
    return row(read(results, "latency"), "m", "0.3")


def test_an_utterance_of_another_pass_is_not_the_same_row_twice(tmp_path):
    found = of_passes(tmp_path, [passes_of(number) for number in (1, 2, 3)])
    assert found["reason"] == "" and (found["rounds"], found["passes"]) == (3, 2)
    assert found["interval_over"] == "rounds and passes"
    assert found["latency_mean_s"] == pytest.approx(1.0215 * DURATIONS_S.mean())
    assert found["latency_undisturbed_s"] == pytest.approx(1.01 * DURATIONS_S.mean())


def test_a_pass_that_is_missing_or_copied_is_told(tmp_path):
    rounds = [passes_of(number) for number in (1, 2, 3)]
    rounds[1] = rounds[1][:10]
    for of_second, of_first in zip(rounds[2][10:], rounds[0][:10], strict=True):
        of_second |= {name: of_first[name] for name in of_first if name != "pass"}
    found = of_passes(tmp_path, rounds)
    assert "round 3: 10 rows: pass 2 is a copy of round 1, pass 1" in found["reason"]
    assert "round 2: 10 of 20 rows are missing" in found["reason"]


def test_rows_without_a_pass_are_of_the_first(tmp_path):
    found = table(tmp_path, [a_round(number) for number in (1, 2)])
    assert (found["passes"], found["interval_over"], found["reason"]) == (1, "rounds", "")
