"""What a run says of its device, and the choice of what pairs are compared by."""

from itertools import combinations

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


BURSTS = simulated(0.01, 0.005, passes=5, burst=0.15)


@pytest.mark.parametrize(
    "draw, variants, rounds",
    [(recorded, 3, 3), (recorded, 6, 5), (BURSTS, 3, 2), (BURSTS, 6, 2), (BURSTS, 6, 5)],
)
def test_the_choice_makes_no_more_than_one_in_twenty_of_the_same_different(draw, variants, rounds):
    generator = np.random.default_rng(5)
    said = []
    for _ in range(600 // variants):
        said += [pair.verdict for pair in run(draw, generator, variants, rounds)]
    # Pairs of one run share variants and their spread, so that this share is known to 2 points.
    assert 1 - said.count(latency_pair.UNDECIDED) / len(said) <= 0.075


def test_pairs_of_many_passes_with_bursts_are_compared_undisturbed_and_find_more():
    generator = np.random.default_rng(0)
    draw = simulated(0.002, 0.005, passes=5, burst=0.3)
    cells = draw(generator, 6, 5) * np.where(np.arange(6) % 2, 1.1, 1.0)[:, None, None, None]
    pairs = of_cells(cells)
    assert {pair.compared_by for pair in pairs} == {latency_pair.UNDISTURBED}
    assert pairs[0].undisturbed.reach < 0.7 * pairs[0].mean.reach
    assert pairs[0].verdict == latency_pair.FASTER and pairs[1].verdict == latency_pair.UNDECIDED


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
