"""Percentiles that a sample bears, outliers, spread: small cases with known answers."""

import numpy as np
import pandas as pd
import pytest
from asrbench.statistics import mlperf_early_stopping, outliers, variance_components
from asrbench.tables import percentiles


def rows(cells, duration_s=4.0):
    """Raw rows of latencies of shape (rounds, utterances)."""
    return pd.DataFrame(
        {"round": r + 1, "utterance_id": f"u{u}", "latency_s": value, "duration_s": duration_s}
        for r, line in enumerate(cells)
        for u, value in enumerate(line)
    )


def test_fewest_queries_are_those_of_the_rule():
    needed = [mlperf_early_stopping.minimum_queries(share) for share in (0.90, 0.95, 0.99)]
    assert needed == [64, 130, 662]
    assert mlperf_early_stopping.over_latency(63, 0.90) == 0
    assert mlperf_early_stopping.over_latency(64, 0.90) == 1
    assert mlperf_early_stopping.over_latency(0, 0.90) == 0


def test_as_many_are_discarded_as_mlperf_discards():
    # Of the logs of its load generator: 2048 queries discard 172, 2145 discard 181.
    assert mlperf_early_stopping.over_latency(2048, 0.90) - 1 == 172
    assert mlperf_early_stopping.over_latency(2145, 0.90) - 1 == 181


def test_bound_lies_below_the_true_percentile_in_at_most_one_case_in_a_hundred():
    generator = np.random.default_rng(0)
    truth = np.log(10.0)  # the 90 % percentile of the exponential distribution
    below = 0
    for _ in range(2000):
        sample = np.sort(generator.exponential(size=100))[::-1]
        below += sample[mlperf_early_stopping.over_latency(100, 0.90) - 1] < truth
    assert below / 2000 <= 0.014


def test_rounds_of_the_same_utterances_are_no_new_queries():
    found = percentiles.of(rows(np.ones((30, 63))))
    assert set(found) == {"percentiles_reason"}
    assert found["percentiles_reason"] == (
        "too few utterances for a percentile: 63; "
        "the rule asks for 64 for p90, 130 for p95, 662 for p99"
    )


def test_percentile_and_its_bound():
    cells = np.tile(np.arange(1.0, 101.0), (2, 1))
    found = percentiles.of(rows(cells))
    assert found["latency_p90_s"] == pytest.approx(90, abs=1)
    # Of 100 queries the rule discards the 2 highest for p90; each has two rows here.
    assert found["latency_p90_at_most_s"] == 98
    assert "latency_p95_s" not in found and "130 for p95" in found["percentiles_reason"]
    whole = percentiles.of(rows([np.arange(662.0)]))
    assert "percentiles_reason" not in whole and whole["latency_p99_at_most_s"] == 661


def test_outliers_are_judged_against_their_own_utterance():
    generator = np.random.default_rng(0)
    cells = np.geomspace(0.1, 10, 20) * generator.normal(1, 0.01, (5, 20))
    cells[3, 0] *= 2  # far from its utterance's 0.1 s, and in no way large
    flagged = rows(cells)[outliers.flags(rows(cells))]
    assert list(zip(flagged["round"], flagged["utterance_id"], strict=True)) == [(4, "u0")]


def test_outliers_of_one_round_are_judged_per_second_of_audio():
    one = rows([[1.0, 1.1, 0.9, 1.05, 5.0]])
    assert list(outliers.flags(one)) == [False] * 4 + [True]
    one.loc[4, "duration_s"] = 20.0
    assert not outliers.flags(one).any()


@pytest.mark.parametrize("cells", [[[1.0]], [[1.0], [2.0]], [[0.0, 0.0]], [[1.0, 1.0, 1.0]]])
def test_nothing_stands_apart_from_nothing(cells):
    assert not outliers.flags(rows(cells)).any()
    assert not outliers.flags(rows(cells, duration_s=np.nan)).any()


def test_what_differs_among_equals_is_an_outlier():
    assert list(outliers.flags(rows([[2.0] * 9 + [2.1]]))) == [False] * 9 + [True]


def test_spread_by_hand():
    cells = np.array([[1.0, 3.0, np.nan], [2.0, 6.0, 100.0]])
    pooled = (1 * 2.0 + 2 * np.var([2, 6, 100], ddof=1)) / 3
    assert variance_components.within_rounds(cells[:, None]) == pytest.approx(np.sqrt(pooled))
    assert variance_components.between_rounds(cells[:, None]) == pytest.approx(
        np.std([2, 4], ddof=1)
    )
    assert np.isnan(variance_components.within_rounds(np.ones((3, 1, 1))))
    assert np.isnan(variance_components.between_rounds(np.ones((1, 2, 3))))
    assert np.isnan(variance_components.between_rounds(np.array([[[1, np.nan]], [[np.nan, 1]]])))
