"""Intervals of other speech: that they cover the truth as often as they say, and their edges."""

import numpy as np
import pytest
from asrbench.statistics import bootstrap


def covered(units, unit_std, noise_std, studies=1500, paired=False):
    """Share of simulated studies whose interval holds the known truth."""
    generator = np.random.default_rng(0)
    hits = 0
    for seed in range(studies):
        unit, ones = generator.normal(0, unit_std, units), np.ones(units)

        def measure(mean, unit=unit, ones=ones):
            return mean + unit + generator.normal(0, noise_std, len(unit)), ones

        if paired:
            found, truth = (
                bootstrap.difference(measure(12), measure(10), seed=seed, resamples=400),
                2,
            )
        else:
            found, truth = bootstrap.ratio(*measure(10), seed=seed, resamples=400), 10
        hits += found.low <= truth <= found.high
    return hits / studies


@pytest.mark.parametrize("units", [6, 30, 100])
def test_covers_the_truth(units):
    assert 0.93 <= covered(units, 2.0, 0.1) <= 0.97


@pytest.mark.parametrize("units", [6, 100])
def test_covers_a_paired_difference(units):
    assert 0.93 <= covered(units, 2.0, 0.3, paired=True) <= 0.97


def mean(values):
    return bootstrap.ratio(values, np.ones(len(values)))


def test_one_unit_has_no_interval_and_none_has_no_value():
    found = mean(np.array([3.0]))
    assert (found.value, found.over) == (3.0, "none") and np.isnan(found.low)
    nothing = mean(np.array([np.nan, np.nan]))
    assert np.isnan(nothing.value) and nothing.over == "none"


def test_absent_units_are_left_out():
    found = mean(np.array([1.0, np.nan, 3.0]))
    assert found.value == pytest.approx(2.0) and found.over == "utterances"


def test_ratio_is_sum_over_sum_and_the_seed_fixes_it():
    top, bottom = np.array([1.0, 2.0, 9.0]), np.array([10.0, 10.0, 20.0])
    found = bootstrap.ratio(top, bottom, seed=4)
    assert found.value == pytest.approx(12 / 40)
    assert found == bootstrap.ratio(top, bottom, seed=4)
    assert found.low <= found.value <= found.high


def test_no_negative_bound_for_what_cannot_be_negative():
    assert mean(np.array([0.0, 0.0, 0.0, 30.0])).low == 0.0


def test_pairing_tells_apart_what_single_intervals_cannot():
    generator = np.random.default_rng(1)
    errors, words = generator.poisson(8, 40).astype(float), np.full(40, 20.0)
    more = errors + generator.integers(0, 2, 40)
    alone = bootstrap.ratio(errors, words), bootstrap.ratio(more, words)
    assert alone[0].high > alone[1].low
    assert bootstrap.difference((more, words), (errors, words)).low > 0


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="shape"):
        bootstrap.ratio(np.ones(3), np.ones(4))
    with pytest.raises(ValueError, match="paired"):
        bootstrap.difference((np.ones(3), np.ones(3)), (np.ones(4), np.ones(4)))
