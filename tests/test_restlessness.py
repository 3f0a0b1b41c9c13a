"""What a run says of its device, and what pairs are compared by.

data/noise_in_turn.csv: 30 fresh processes, each of which loaded one variant three times and timed
the three in turn, utterance by utterance, in five passes, on two cores of a shared host. All that
differs between the three is the device's noise, so which is which is drawn anew for each round.
"""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import raw_rows
from asrbench.results import latency_pair
from asrbench.statistics import repeatability
from asrbench.statistics.round_unit_matrix import Shared
from asrbench.tables import restlessness
from test_repeatability import RECORDED, USUAL_S, simulated
from test_tables import read, text, write


def rows(cells):
    """Raw rows of latencies of shape (rounds, passes, utterances)."""
    return pd.DataFrame(
        {"round": r + 1, "pass": p + 1, "utterance_id": f"u{u}", "latency_s": cells[r, p, u]}
        for r, p, u in np.ndindex(cells.shape)
    )


def run(draw, generator, variants, rounds):
    return of_cells(draw(generator, variants, rounds))


def of_cells(cells):
    """Every pair of variants of shape (variants, rounds, passes, utterances), decided."""
    units = list(range(cells.shape[-1]))
    pairs = [
        latency_pair.of_cells(Shared(*both, units, 0), len(cells), same_run=True)
        for both in combinations(cells, 2)
    ]
    return latency_pair.decided(pairs, len(cells))


def recorded(generator, variants, rounds):
    drawn = [generator.permutation(len(RECORDED))[:rounds] for _ in range(variants)]
    return RECORDED[np.array(drawn)][:, :, None]


_TURNS = pd.read_csv(Path(__file__).parent / "data/noise_in_turn.csv")
# Shape (rounds, recognisers, passes, utterances).
IN_TURN = _TURNS.set_index(["round", "recogniser", "pass", "utterance_id"]).sort_index()
IN_TURN = (
    IN_TURN["latency_s"].to_numpy().reshape([_TURNS[c].nunique() for c in IN_TURN.index.names])
)


def in_turn(generator, variants, rounds):
    """Shape (variants, rounds, passes, utterances), of up to three variants."""
    drawn = IN_TURN[generator.permutation(len(IN_TURN))[:rounds]]
    return np.stack([generator.permutation(of_round)[:variants] for of_round in drawn], axis=1)


def of_two_speeds(generator, variants, rounds):
    """Variants in turn on a device that works 1.4 times as long for stretches of 1, 5 or 30 s."""
    passes, units = 7, IN_TURN.shape[-1]
    usual = IN_TURN.mean((0, 1, 2))
    cells = np.empty((variants, rounds, passes, units))
    for number in range(rounds):
        took = np.repeat(usual, variants)[None].repeat(passes, 0).ravel()
        turns = np.append(0.0, generator.exponential(generator.choice([1, 5, 30]), 300)).cumsum()
        slow = np.searchsorted(turns, took.cumsum()) + generator.integers(2)
        noise = generator.normal(0, 0.01, took.size) + np.where(slow % 2, np.log(1.4), 0.0)
        times = (took * np.exp(noise)).reshape(passes, units, variants)
        cells[:, number] = generator.permuted(times, axis=2).transpose(2, 0, 1)
    return cells


@pytest.mark.parametrize("draw", [in_turn, of_two_speeds])
@pytest.mark.parametrize("rounds", [3, 5, 10])
def test_in_turn_on_a_restless_host_the_same_is_the_same(draw, rounds):
    generator, said = np.random.default_rng(1), []
    for _ in range(300):
        said += [pair.verdict for pair in of_cells(draw(generator, 3, rounds))]
    assert 1 - said.count(latency_pair.UNDECIDED) / len(said) <= 0.04


def test_ten_rounds_of_6_seconds_find_5_percent_on_a_restless_host():
    generator, found, narrower = np.random.default_rng(1), 0, []
    for _ in range(100):
        cells = in_turn(generator, 3, 10) * np.array([1.05, 1, 1])[:, None, None, None]
        pair = of_cells(cells)[0]
        found += pair.verdict == latency_pair.SLOWER
        narrower.append(pair.typical.reach / pair.mean.reach)
    assert found >= 95
    assert np.median(narrower) < 0.75


@pytest.mark.parametrize("variants, rounds", [(2, 5), (3, 3), (6, 2), (6, 5)])
@pytest.mark.parametrize(
    "draw",
    [
        recorded,
        simulated(0.015, 0.01),
        simulated(0.0, 0.15, passes=2),
        simulated(0.1, 0.15, passes=3),
        simulated(0.01, 0.005, passes=5, burst=0.15),
    ],
)
def test_the_same_is_told_apart_in_one_pair_of_forty(draw, variants, rounds):
    generator, said = np.random.default_rng(3), []
    while len(said) < 1000:
        said += [pair.verdict for pair in run(draw, generator, variants, rounds)]
    # Rounds that were recorded are drawn without replacement, and so vary less than new ones.
    least = 0.003 if draw is recorded else 0.01
    # Pairs of one run share variants and their spread, so that this share is known to 2 points.
    assert least <= 1 - said.count(latency_pair.UNDECIDED) / len(said) <= 0.045


def test_bursts_of_others_work_move_the_mean_and_hardly_the_typical_ratio():
    generator = np.random.default_rng(0)
    draw = simulated(0.002, 0.005, passes=5, burst=0.3)
    cells = draw(generator, 6, 5) * np.where(np.arange(6) % 2, 1.1, 1.0)[:, None, None, None]
    pairs = of_cells(cells)
    assert {pair.compared_by for pair in pairs} == {latency_pair.TYPICAL}
    assert pairs[0].typical.reach < 0.7 * pairs[0].mean.reach
    assert pairs[0].verdict == latency_pair.FASTER and pairs[1].verdict == latency_pair.UNDECIDED


def test_long_times_of_one_in_its_longest_utterance_are_a_remark():
    cells = simulated(0.005, 0.005, passes=10)(np.random.default_rng(0), 3, 10)
    cells[0, :, 2, USUAL_S.argmax()] *= 2
    pairs = of_cells(cells)
    assert [pair.compared_by for pair in pairs] == [latency_pair.TYPICAL] * 3
    assert {pair.verdict for pair in pairs} == {latency_pair.UNDECIDED}
    assert pairs[0].ratio.low > 1
    said = "a few long times give the means another ratio"
    assert [pair.reason for pair in pairs] == [said, said, ""]


def test_a_ratio_that_depends_on_the_utterance_is_that_of_the_means():
    """One that pads: slower for short utterances, and faster over the whole sample."""
    generator = np.random.default_rng(0)
    cells = simulated(0.005, 0.005)(generator, 3, 5)
    cells[0] = cells[0] * 0.5 + USUAL_S.mean() * 0.4
    pairs = of_cells(cells)
    assert pairs[0].typical.value > 1 > pairs[0].mean.value
    assert [pair.compared_by for pair in pairs] == ["mean", "mean", "typical"]
    assert pairs[0].verdict == latency_pair.FASTER
    assert pairs[0].reason == "the ratio depends on the utterance" and not pairs[2].reason


def test_one_round_of_one_pass_is_compared_by_the_mean_without_an_interval():
    (pair,) = latency_pair.of_run([rows(USUAL_S[None, None]), rows(2 * USUAL_S[None, None])])
    assert (pair.compared_by, pair.verdict) == (latency_pair.MEAN, latency_pair.UNDECIDED)
    assert pair.reason == "one round of one pass gives no interval"
    assert pair.ratio.value == pytest.approx(0.5)


def test_rounds_that_would_show_5_percent_do_so():
    generator = np.random.default_rng(7)
    draw = simulated(0.1, 0.01)
    cells = draw(generator, 6, 5)
    means = [repeatability.mean(each) for each in cells]
    found = restlessness.of(means, of_cells(cells))
    assert found["round_spread_percent"] == pytest.approx(10, rel=0.35)
    more = draw(generator, 6, found["rounds_for_5_percent"])
    assert restlessness.of([], of_cells(more)) == {}
    again = restlessness.of([repeatability.mean(each) for each in more], of_cells(more))
    assert again["smallest_difference_percent"] == pytest.approx(5, rel=0.35)


@pytest.mark.parametrize(
    "cells, said",
    [
        ({}, ""),
        ({"round_spread_percent": 18.2}, "Round-to-round spread 18 %."),
        (
            {
                "round_spread_percent": 18.2,
                "smallest_difference_percent": 9.13,
                "rounds_for_5_percent": 17,
            },
            "Round-to-round spread 18 %: the smallest difference between variants that this run "
            "could show is 9.1 %; 12 more rounds would show 5% (latency: rounds: 17).",
        ),
        (
            {"round_spread_percent": 1.0, "smallest_difference_percent": 1.5},
            "Round-to-round spread 1 %: the smallest difference between variants that this run "
            "could show is 1.5 %.",
        ),
        (
            {"round_spread_percent": 90.0, "smallest_difference_percent": 400.0},
            "Round-to-round spread 90 %: the smallest difference between variants that this run "
            "could show is 4e+02 %; 1000 rounds would not show 5% on a device as restless.",
        ),
    ],
)
def test_the_sentence(cells, said):
    empty = {name: np.nan for name in restlessness.COLUMNS}
    table = pd.DataFrame([empty | cells | {"rounds": 5, "passes": 1, "interval_over": "rounds"}])
    assert restlessness.sentence(table) == said


def test_the_sentence_is_in_the_notes_of_the_table(tmp_path):
    results = tmp_path / "results"
    study = raw_rows.study(("m",), ["0.0", "1.0"])
    raw_rows.build(study, results)
    write(study, results, ["latency"])
    said = restlessness.sentence(read(results, "latency"))
    assert said.startswith("Round-to-round spread 0.7 %: ") and said in text(results, "latency")
