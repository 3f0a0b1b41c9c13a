"""The straight line: by hand, where there is none, and that its intervals hold the truth."""

import numpy as np
import pytest
from asrbench.statistics import line_fit, moderation

INTERCEPT, SLOPE = 0.3, 0.5


def covered(rounds, units, noise_grows, studies=1000, variants=6):
    """Shares of simulated studies whose intervals hold what the fit is in ever more rounds.

    Durations are spread as those of read speech; noise is of utterances, the same in all
    rounds, of rounds and of single cells, equal or in proportion to the duration.
    """
    generator = np.random.default_rng(0)
    hits = []
    for _ in range(studies // variants):
        x = np.clip(generator.lognormal(1.8, 0.6, units), 1.3, 35)
        lines, truths = [], []
        for _ in range(variants):
            usual = INTERCEPT + SLOPE * x + generator.normal(0, 0.2, units)
            noise = generator.normal(0, 0.05, (rounds, 1)) + generator.normal(
                0, 0.1, (rounds, units)
            )
            lines.append(line_fit.fit(x, usual + noise * (x / x.mean() if noise_grows else 1)))
            truths.append(line_fit.fit(x, usual))
        for part in ("intercept", "slope"):
            found = moderation.moderated([getattr(line, part) for line in lines])
            for one, line in zip(found, truths, strict=True):
                bounds, truth = one.interval(), getattr(line, part).value
                hits.append(bounds.low <= truth <= bounds.high)
    return np.mean(hits)


@pytest.mark.parametrize("noise_grows", [False, True])
@pytest.mark.parametrize("rounds, units", [(5, 100), (2, 6), (3, 5), (5, 5)])
def test_covers_the_fit_of_ever_more_rounds(rounds, units, noise_grows):
    assert 0.93 <= covered(rounds, units, noise_grows) <= 0.97


def test_line_by_hand():
    x = np.array([1.0, 2.0, 4.0, 7.0])
    generator = np.random.default_rng(0)
    y = 3 + 2 * x + generator.normal(0, 0.1, (3, 4))
    slope, intercept = np.polyfit(np.tile(x, 3), y.ravel(), 1)
    line = line_fit.fit(x, y)
    assert line.slope.value == pytest.approx(slope)
    assert line.intercept.value == pytest.approx(intercept)
    found = line.slope.interval()
    each = [np.polyfit(x, one, 1)[0] for one in y]
    reach = 4.3027 * np.std(each, ddof=1) / 3**0.5
    assert (found.low, found.high) == pytest.approx((slope - reach, slope + reach), rel=1e-4)
    assert line.slope.over == "rounds"
    assert line_fit.fit(x, y[0]).slope.over == "none"
    assert line_fit.fit(x, y[None]).slope.interval().low == pytest.approx(found.low)
    assert line_fit.fit(x, y[None]).slope.over == "passes"


def test_what_lies_on_a_line_has_that_line():
    x = np.array([1.0, 2.0, 4.0])
    line = line_fit.fit(x, np.tile(3 + 2 * x, (2, 1)))
    for part, truth in ((line.intercept, 3), (line.slope, 2)):
        found = part.interval()
        assert (found.value, found.low, found.high) == pytest.approx((truth, truth, truth))


def test_absent_cells_rounds_and_units_are_left_out():
    x = np.array([1.0, 2.0, 4.0, 9.0, np.nan])
    y = np.array([[1.0, np.nan, 4.2, np.nan, 7], [np.nan] * 5, [1.1, 2.0, np.nan, np.nan, 7]])
    line = line_fit.fit(x, y)
    assert line.slope.value == pytest.approx(np.polyfit([1, 4, 1, 2], [1.0, 4.2, 1.1, 2.0], 1)[0])
    found = line.slope.interval()
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize(
    "x, y",
    [
        ([1.0, 2.0], [1.0, 2.0]),
        ([1.0, 1.0, 2.0], [1.0, 2.0, 3.0]),
        ([1.0, 2.0, 3.0], [np.nan, 2.0, 3.0]),
        ([], []),
    ],
)
def test_fewer_than_three_that_differ_have_no_line(x, y):
    assert line_fit.fit(x, y) == line_fit.NO_LINE


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="x has 2 units"):
        line_fit.fit([1.0, 2.0], [[1.0, 2.0, 3.0]])
