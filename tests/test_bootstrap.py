"""Intervals: that they cover the truth as often as they say, and what they say they are over."""

import numpy as np
import pytest
from asrbench.statistics import bootstrap

STUDYS, DEMOS = (5, 100), (2, 6)  # rounds and utterances


def covered(rounds, units, round_std, unit_std, noise_std, studies=600, paired=False):
    """Share of simulated studies whose interval holds the known truth."""
    generator = np.random.default_rng(0)
    hits = 0
    for seed in range(studies):
        unit = generator.normal(0, unit_std, units)

        def measure(mean, unit=unit):
            drift = generator.normal(0, round_std, (rounds, 1))
            return mean + drift + unit + generator.normal(0, noise_std, (rounds, units))

        if paired:
            pair = (measure(12), None), (measure(10), None)
            found, truth = bootstrap.difference(*pair, seed=seed, resamples=400), 2
        else:
            found, truth = bootstrap.ratio(measure(10), seed=seed, resamples=400), 10
        hits += found.low <= truth <= found.high
    return hits / studies


@pytest.mark.parametrize(
    "rounds, units, round_std",
    [(*STUDYS, 0.1), (*STUDYS, 0.5), (*DEMOS, 0.1), (*DEMOS, 0.5), (2, 40, 0.1), (1, 30, 0.0)],
)
def test_covers_the_truth_where_utterances_differ_most(rounds, units, round_std):
    assert 0.93 <= covered(rounds, units, round_std, 2.0, 0.1) <= 0.97


@pytest.mark.parametrize("round_std", [0.1, 0.5])
def test_covers_a_paired_difference(round_std):
    assert 0.93 <= covered(*STUDYS, round_std, 2.0, 0.3, paired=True) <= 0.97


def in_turn(generator, rounds, units, common_std, own_std):
    """Two measurements of the same units, 12 and 10 at the mean, each round of both in turn."""
    unit, common = generator.normal(0, 2.0, units), generator.normal(0, common_std, (rounds, 1))

    def measure(mean):
        own = generator.normal(0, own_std, (rounds, 1))
        return mean + common + own + unit + generator.normal(0, 0.3, (rounds, units)), None

    return measure(12), measure(10)


@pytest.mark.parametrize("common_std, own_std", [(0.5, 0.3), (0.0, 0.5), (1.0, 0.1)])
def test_covers_what_differs_between_rounds_in_turn(common_std, own_std):
    generator = np.random.default_rng(0)
    hits = 0
    for seed in range(600):
        pair = in_turn(generator, 5, 100, common_std, own_std)
        found = bootstrap.difference(*pair, seed=seed, resamples=400, rounds_shared=True)
        hits += found.low <= 2 <= found.high
    assert 0.93 <= hits / 600 <= 0.97


def test_rounds_in_turn_take_out_what_the_device_did_to_both():
    pair = in_turn(np.random.default_rng(1), 5, 100, 0.5, 0.1)
    apart, in_pairs = (bootstrap.difference(*pair, rounds_shared=s) for s in (False, True))
    assert apart.value == in_pairs.value
    assert in_pairs.high - in_pairs.low < 0.6 * (apart.high - apart.low)


@pytest.mark.parametrize("round_std", [0.1, 0.5])
def test_a_paired_difference_at_the_demonstrations_setting_is_on_the_safe_side(round_std):
    """98 to 99 %: each variant's 2 rounds leave one degree of freedom, so intervals are wide."""
    assert covered(*DEMOS, round_std, 2.0, 0.3, paired=True) >= 0.95


def test_two_rounds_that_are_all_of_the_variation_cover_less_but_not_by_much():
    assert 0.87 <= covered(2, 20, 1.0, 0.05, 0.05) <= 0.97


def test_quotient_is_the_same_from_either_side():
    generator = np.random.default_rng(0)
    first, second = (generator.lognormal(0, 0.3, (3, 20)) for _ in range(2))
    one = bootstrap.quotient((first, None), (2 * second, None))
    other = bootstrap.quotient((2 * second, None), (first, None))
    assert one.value == pytest.approx(first.mean() / second.mean() / 2)
    assert (one.low, one.high) == pytest.approx((1 / other.high, 1 / other.low), rel=0.05)
    assert one.low < one.value < one.high


@pytest.mark.parametrize("first, value", [(0.0, 0.0), (np.nan, np.nan)])
def test_quotient_of_nothing_has_no_interval(first, value):
    found = bootstrap.quotient((np.full((2, 3), first), None), (np.ones((2, 3)), None))
    assert np.isnan(found.low) and found.value == pytest.approx(value, nan_ok=True)


def test_rounds_share_utterances_so_more_rounds_do_not_narrow_their_spread():
    unit = np.random.default_rng(3).normal(10, 2, 50)
    one = bootstrap.ratio(unit)
    twenty = bootstrap.ratio(np.tile(unit, (20, 1)))
    width = one.high - one.low
    assert twenty.high - twenty.low == pytest.approx(width, rel=0.1)


@pytest.mark.parametrize(
    "shape, over",
    [
        ((2, 3), "rounds and utterances"),
        ((1, 3), "utterances"),
        ((3, 1), "rounds"),
        ((1, 1), "none"),
    ],
)
def test_says_what_the_interval_is_over(shape, over):
    values = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    found = bootstrap.ratio(values)
    assert found.over == over
    assert np.isnan(found.low) == (over == "none")
    assert found.value == pytest.approx(values.mean())


def test_absent_cells_and_absent_rounds_are_left_out():
    cells = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan], [2.0, np.nan, 4.0]])
    found = bootstrap.ratio(cells)
    assert found.value == pytest.approx(2.5)
    assert found.over == "rounds and utterances"
    assert bootstrap.ratio(cells[1]) == bootstrap.ratio(np.full((1, 3), np.nan))
    assert np.isnan(bootstrap.ratio(cells[1]).value)


def test_ratio_is_sum_over_sum_and_the_seed_fixes_it():
    top, bottom = np.array([1.0, 2.0, 9.0]), np.array([10.0, 10.0, 20.0])
    found = bootstrap.ratio(top, bottom, seed=4)
    assert found.value == pytest.approx(12 / 40)
    assert found == bootstrap.ratio(top, bottom, seed=4)
    assert found.low <= found.value <= found.high


def test_no_negative_bound_for_what_cannot_be_negative():
    assert bootstrap.ratio(np.array([0.0, 0.0, 0.0, 30.0])).low == 0.0


def test_pairing_tells_apart_what_single_intervals_cannot():
    generator = np.random.default_rng(1)
    utterance = generator.lognormal(0, 1, 40)
    fast = utterance * generator.normal(1, 0.01, (2, 40))
    slow = 1.05 * utterance * generator.normal(1, 0.01, (2, 40))
    alone = bootstrap.ratio(fast), bootstrap.ratio(slow)
    assert alone[0].high > alone[1].low
    assert bootstrap.difference((slow, None), (fast, None)).low > 0


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="shape"):
        bootstrap.ratio(np.ones(3), np.ones(4))
    with pytest.raises(ValueError, match="paired"):
        bootstrap.difference((np.ones(3), None), (np.ones(4), None))
