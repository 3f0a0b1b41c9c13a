"""Intervals of a figure measured again: that they hold the truth as often as they say.

data/noise_rounds.csv: 24 fresh processes of one variant over five utterances, one after the
other, on two cores of a shared host. Small studies are drawn from them without replacement, so
that their means vary less than those of new rounds would: by √(1 - R / 24), by which the
intervals are narrowed before they are judged.
"""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from asrbench.statistics import moderation, repeatability, typical_ratio
from asrbench.statistics.repeatability import Estimate

NOISE = pd.read_csv(Path(__file__).parent / "data/noise_rounds.csv").pivot(
    index="round", columns="utterance_id", values="latency_s"
)
RECORDED = NOISE.to_numpy()  # shape (rounds, utterances)
USUAL_S = RECORDED.mean(0)


def recorded(generator, variants, rounds):
    """Shape (variants, rounds, 1, utterances): each variant's rounds are any of the recorded."""
    drawn = [generator.permutation(len(RECORDED))[:rounds] for _ in range(variants)]
    return RECORDED[np.array(drawn)][:, :, None]


def simulated(between, within, passes=1, burst=0.0):
    """The same of known noise: relative spread of rounds, of cells, and rare slow passes."""

    def draw(generator, variants, rounds):
        shape = (variants, rounds, passes, USUAL_S.size)
        noise = generator.normal(0, between, (variants, rounds, 1, 1))
        noise = noise + generator.normal(0, within, shape)
        return USUAL_S * np.exp(noise) * (1 + burst * generator.exponential(1, shape))

    return draw


QUIET, RESTLESS = simulated(0.015, 0.01), simulated(0.15, 0.15)


def covered(draw, rounds, variants, figure, truth, narrowed=1.0, studies=2000):
    """Share of intervals that hold ``truth``, over studies of so many variants each."""
    generator = np.random.default_rng(1)
    hits = []
    for _ in range(studies // variants):
        found = [figure(cells) for cells in draw(generator, variants, rounds)]
        for one in moderation.moderated(found):
            hits.append(abs(np.log(one.value / truth)) <= narrowed * one.reach)
    return np.mean(hits)


SETTINGS = [(rounds, variants) for rounds in (2, 3, 5) for variants in (3, 6, 12)]


@pytest.mark.parametrize("rounds, variants", SETTINGS)
def test_a_mean_on_recorded_noise(rounds, variants):
    narrowed = np.sqrt(1 - rounds / len(RECORDED))
    share = covered(
        recorded, rounds, variants, repeatability.mean, RECORDED.mean(), narrowed=narrowed
    )
    assert 0.93 <= share <= 0.97


@pytest.mark.parametrize("rounds, variants", [*SETTINGS, (5, 1)])
@pytest.mark.parametrize("between, within", [(0.015, 0.01), (0.1, 0.1)])
def test_a_mean_on_simulated_noise(rounds, variants, between, within):
    draw = simulated(between, within)
    # Of a log-normal: the means over cells of one utterance.
    truth = USUAL_S.mean() * np.exp((between**2 + within**2) / 2)
    share = covered(draw, rounds, variants, repeatability.mean, truth)
    assert 0.93 <= share <= 0.97


def expected_least(draw, rounds, runs=2000):
    generator = np.random.default_rng(2)
    return np.mean([repeatability.least(c).value for c in draw(generator, runs, rounds)])


@pytest.mark.parametrize("rounds", [2, 3, 5])
@pytest.mark.parametrize(
    "draw", [recorded, QUIET, RESTLESS, simulated(0.01, 0.02, passes=5, burst=0.1)]
)
def test_a_least_is_held_as_often_or_more(draw, rounds):
    """What the least of so many rounds is on average: 93 to 99 %, most with an exponential tail."""
    truth = expected_least(draw, rounds)
    share = covered(draw, rounds, 12, repeatability.least, truth)
    assert 0.93 <= share <= 0.995


def test_spreads_that_differ_are_drawn_together_and_not_made_one():
    generator = np.random.default_rng(0)
    spreads = np.repeat([0.02, 0.2], 10)
    found = [repeatability.mean(USUAL_S * np.exp(generator.normal(0, s, (5, 1)))) for s in spreads]
    drawn = moderation.moderated(found)
    own, made = (np.array([e.variance for e in each]) for each in (found, drawn))
    assert np.ptp(made[:10]) < np.ptp(own[:10]) and np.ptp(made[10:]) < np.ptp(own[10:])
    assert made[:10].mean() < 0.2 * made[10:].mean()
    assert all(4 < e.freedom < 80 for e in drawn)


def test_spreads_that_differ_by_chance_are_one():
    generator = np.random.default_rng(0)
    found = [
        repeatability.mean(USUAL_S * np.exp(generator.normal(0, 0.1, (3, 1)))) for _ in range(4)
    ]
    drawn = moderation.moderated(found)
    assert {e.freedom for e in drawn} == {8.0}
    assert [e.variance for e in drawn] == pytest.approx([np.mean([e.variance for e in found])] * 4)
    assert [e.value for e in drawn] == [e.value for e in found]
    assert {e.freedom for e in moderation.moderated(found, most_freedom=5)} == {5}


def test_a_ratio_is_the_same_from_either_side():
    generator = np.random.default_rng(0)
    first, second = (generator.lognormal(0, 0.3, (3, 2, 20)) for _ in range(2))
    apart = repeatability.mean(first), repeatability.mean(second)
    for one, other in (
        (repeatability.ratio(first, second), repeatability.ratio(second, first)),
        (typical_ratio.of_variants(first, second), typical_ratio.of_variants(second, first)),
        (repeatability.quotient(*apart), repeatability.quotient(*reversed(apart))),
    ):
        found, turned = one.interval(), other.interval()
        assert (found.low, found.value, found.high) == pytest.approx(
            (1 / turned.high, 1 / turned.value, 1 / turned.low)
        )
        assert 0 < found.low < found.value < found.high


def test_what_the_device_did_to_both_is_taken_out_in_turn():
    generator = np.random.default_rng(1)
    common = np.exp(generator.normal(0, 0.3, (5, 1)))
    first, second = (USUAL_S * common * np.exp(generator.normal(0, 0.02, (5, 5))) for _ in range(2))
    apart = repeatability.quotient(repeatability.mean(first), repeatability.mean(second))
    in_turn = repeatability.ratio(first, second)
    assert in_turn.value == pytest.approx(apart.value)
    assert in_turn.reach < 0.2 * apart.reach


def test_a_typical_ratio_by_hand():
    # Two utterances, 8 passes: of each the middle four logarithms, then the mean over both.
    logs = np.array([[9.0, 1, 2, 3, 4, 5, 6, -9], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 7, -7]]).T
    second = np.array([0.05, 8.0])
    found = typical_ratio.of_variants((second * np.exp(logs))[None], second * np.ones((1, 8, 1)))
    assert np.log(found.value) == pytest.approx((3.5 + 0.5) / 2)
    assert (found.replicates, found.freedom, found.over) == (8, 7, "passes")
    # Tukey and McLaughlin: the winsorised variance over the share that is kept, h = 4 of n = 8.
    drawn_in = (np.array([5, 2, 2, 3, 4, 5, 5, 2]) + 0.5) / 2
    error = np.sqrt(7 * np.var(drawn_in, ddof=1) / (4 * 3))
    assert found.error == pytest.approx(error)


def test_a_dependence_by_hand():
    # Of 3 s and 1 s: weights of 3/4 and 1/4 in place of 1/2 each.
    logs = np.array([[[0.1, 0.3]], [[0.3, 0.1]], [[0.2, -0.4]]])
    second = np.array([3.0, 1.0]) / (1 + np.exp(logs))  # both variants together
    found = typical_ratio.dependence(second * np.exp(logs), second)
    of_rounds = (logs[:, 0, 0] - logs[:, 0, 1]) / 4
    assert np.log(found.value) == pytest.approx(of_rounds.mean())
    assert found.error == pytest.approx(np.std(of_rounds, ddof=1) / np.sqrt(3))


def test_a_typical_ratio_of_few_passes_is_a_mean_of_logarithms():
    generator = np.random.default_rng(0)
    logs = generator.normal(0, 0.1, (2, 2, 3))
    found = typical_ratio.of_variants(np.exp(logs), np.ones((2, 2, 3)))
    assert np.log(found.value) == pytest.approx(logs.mean())
    of_rounds = logs.mean((1, 2))
    assert found.error == pytest.approx(np.std(of_rounds, ddof=1) / np.sqrt(2))
    assert found.over == "rounds and passes"


def test_a_pass_that_lacks_an_utterance_is_no_part_of_a_typical_ratio():
    first, second = np.random.default_rng(0).lognormal(0, 0.1, (2, 3, 4, 5))
    cut = first.copy()
    cut[1, 2, 3] = np.nan
    second_cut = second.copy()
    second_cut[1, 2] = np.nan
    found = typical_ratio.of_variants(cut, second)
    assert found == typical_ratio.of_variants(first, second_cut)
    for nothing in (np.full((2, 2, 3), np.nan), np.empty((0, 0, 0))):
        assert typical_ratio.of_variants(nothing, nothing) is repeatability.NO_ESTIMATE


@pytest.mark.parametrize(
    "shape, over",
    [
        ((3, 2, 4), "rounds and passes"),
        ((3, 1, 4), "rounds"),
        ((3, 4), "rounds"),
        ((1, 3, 4), "passes"),
        ((1, 1, 4), "none"),
    ],
)
def test_says_what_varied(shape, over):
    cells = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    for figure in (repeatability.mean, repeatability.least):
        found = figure(cells).interval()
        assert found.over == over
        assert np.isnan(found.low) == (over == "none")
    assert repeatability.mean(cells).value == pytest.approx(cells.mean())
    assert repeatability.least(cells).value == pytest.approx(cells.reshape(-1, 4).min(0).mean())


def test_more_utterances_do_not_narrow_what_rounds_vary():
    drift = np.exp(np.random.default_rng(3).normal(0, 0.1, (4, 1)))
    few, many = (repeatability.mean(drift * np.ones((4, units))) for units in (3, 300))
    assert few.reach == pytest.approx(many.reach)


def test_absent_cells_move_neither_mean_nor_spread():
    drift = np.exp(np.random.default_rng(3).normal(0, 0.1, (4, 2, 1)))
    whole = drift * np.array([1.0, 2.0, 30.0])
    cut = whole.copy()
    cut[0, :, 2] = cut[1, 0, 0] = np.nan
    sound, found = repeatability.mean(whole), repeatability.mean(cut)
    assert found.value == pytest.approx(sound.value, rel=0.06)
    assert found.error == pytest.approx(sound.error, rel=0.2)
    assert repeatability.least(cut).value <= repeatability.mean(cut).value
    emptied = np.concatenate([whole, np.full((1, 2, 3), np.nan)])
    assert repeatability.mean(emptied) == sound


@pytest.mark.parametrize("cells", [np.full((2, 3), np.nan), np.empty((0, 0, 0))])
def test_nothing_has_no_value(cells):
    for figure in (repeatability.mean, repeatability.least):
        found = figure(cells).interval()
        assert np.isnan([found.value, found.low, found.high]).all() and found.over == "none"


def test_zero_has_no_interval_and_equal_rounds_have_one_of_no_width():
    zero = repeatability.mean(np.zeros((3, 2))).interval()
    assert zero.value == 0 and np.isnan(zero.low)
    found = repeatability.mean(np.ones((3, 2))).interval()
    assert (found.low, found.value, found.high) == (1, 1, 1)
    assert np.isnan(repeatability.ratio(np.ones((3, 2)), np.zeros((3, 2))).value)


def test_what_may_be_negative_has_a_symmetric_interval_in_its_own_unit():
    found = repeatability.relative(np.array([-1.0, 0.5, 1.5]), scale=10.0).interval()
    assert found.value == pytest.approx(1 / 3)
    assert found.high - found.value == pytest.approx(found.value - found.low)
    # By hand: t of 2 degrees of freedom × standard deviation / √3.
    assert found.high - found.value == pytest.approx(
        4.3027 * np.std([-1, 0.5, 1.5], ddof=1) / 3**0.5, rel=1e-4
    )
    assert repeatability.relative(np.array([2.0]), scale=10.0).interval().over == "none"


def test_estimates_without_spread_are_left_as_they_are():
    alone, nothing = Estimate(3.0), repeatability.NO_ESTIMATE
    known = repeatability.mean(USUAL_S * np.array([[1.0], [1.1]]))
    assert moderation.moderated([alone, known, nothing]) == [alone, known, nothing]


@pytest.mark.parametrize("rounds, variants", [(2, 2), (3, 3), (5, 3), (5, 6)])
@pytest.mark.parametrize("draw", [recorded, QUIET])
def test_the_same_twice_is_told_apart_by_chance_in_one_pair_of_twenty(draw, rounds, variants):
    generator = np.random.default_rng(4)
    wrong = []
    for _ in range(1500 // (variants * (variants - 1) // 2)):
        cells = draw(generator, variants, rounds)
        pairs = [
            repeatability.quotient(repeatability.mean(cells[a]), repeatability.mean(cells[b]))
            for a, b in combinations(range(variants), 2)
        ]
        pairs = moderation.moderated(pairs, most_freedom=variants * (rounds - 1))
        wrong += [abs(np.log(pair.value)) > pair.reach for pair in pairs]
    assert np.mean(wrong) <= 0.065
