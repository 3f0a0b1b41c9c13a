"""95 % intervals of what other speech would give: a bootstrap over utterances or speakers.

A statistic is a ratio of sums over units, ``sum(top) / sum(bottom)``, or the difference
of two over the same units: a word error rate divides errors by words, a real-time factor
seconds by seconds. A unit is an utterance, or all utterances of a speaker.

* Of n units, n - 1 are drawn with replacement. Drawing n makes the variance too small by
  (n - 1) / n.
* The 2.5 % and 97.5 % percentiles of the draws keep the skewness of the units; their
  distances from the value are stretched by t / z, where t has n - 1 degrees of freedom.
  Plain percentiles, and BCa as well, are too narrow with a handful of units.
* A sum that cannot be negative has no negative bound.

A zero-width interval means that nothing varied in the data, not certainty. How well a
figure is known for the very utterances that were measured is another question; see
:mod:`asrbench.statistics.repeatability`.
"""

from collections.abc import Iterator

import numpy as np
import scipy  # whose parts are imported where they are used: scipy.special takes long

from asrbench.statistics.interval import LEVEL, NOTHING, Interval

RESAMPLES = 4000
_CHUNK_CELLS = 2_000_000  # of a matrix of draws, which bounds memory to tens of megabytes

Sums = tuple[np.ndarray, np.ndarray]  # top and bottom, each of shape (units,)


def ratio(
    top: np.ndarray,
    bottom: np.ndarray,
    *,
    seed: int = 1,
    over: str = "utterances",
    resamples: int = RESAMPLES,
) -> Interval:
    """``sum(top) / sum(bottom)`` with its 95 % interval.

    Args:
        top, bottom: shape (units,); NaN where absent.
        seed: of the draws; the same data and seed give the same interval.
        over: what units are called.
        resamples: how many draws.

    One unit cannot be resampled, and has no interval.

    Raises:
        ValueError: where the shapes differ.
    """
    return _interval([(1.0, _there(top, bottom))], seed, over, resamples)


def difference(
    first: Sums,
    second: Sums,
    *,
    seed: int = 1,
    over: str = "utterances",
    resamples: int = RESAMPLES,
) -> Interval:
    """The first ratio minus the second, paired by unit, with its 95 % interval.

    Args:
        first: (top, bottom) as in :func:`ratio`.
        second: the same, with the same units in the same places.
        seed, over, resamples: as in :func:`ratio`.

    Only units that both have are counted. An interval that leaves out 0 tells
    two variants apart, even where their own intervals overlap.

    Raises:
        ValueError: where the units are not as many.
    """
    pair = [_there(*first), _there(*second)]
    if len(pair[0][0]) != len(pair[1][0]):
        raise ValueError("the two have not the same units, so nothing can be paired")
    shared = (pair[0][1] != 0) & (pair[1][1] != 0)
    one, other = ((top[shared], bottom[shared]) for top, bottom in pair)
    return _interval([(1.0, one), (-1.0, other)], seed, over, resamples)


def _there(top: np.ndarray, bottom: np.ndarray) -> Sums:
    top, bottom = np.asarray(top, float), np.asarray(bottom, float)
    if top.shape != bottom.shape or top.ndim != 1:
        raise ValueError(f"top has shape {top.shape} and bottom {bottom.shape}")
    there = np.isfinite(top) & np.isfinite(bottom)
    return np.where(there, top, 0.0), np.where(there, bottom, 0.0)


def _interval(terms: list[tuple[float, Sums]], seed, over, resamples) -> Interval:
    """The sum of ratios, each with its sign; all share the draws of units."""
    used = np.logical_or.reduce([(top != 0) | (bottom != 0) for _, (top, bottom) in terms])
    terms = [(sign, (top[used], bottom[used])) for sign, (top, bottom) in terms]
    units = int(used.sum())
    if not units:
        return NOTHING
    value = float(_statistic(terms, np.ones((1, units)))[0])
    if units == 1 or not np.isfinite(value):
        return Interval(value, np.nan, np.nan, "none")
    generator = np.random.default_rng(seed)
    drawn = np.concatenate(
        [_statistic(terms, _draw(generator, size, units)) for size in _chunks(resamples, units)]
    )
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size == 0:
        return Interval(value, np.nan, np.nan, "none")
    influence = np.sum([sign * _influence(*sums) for sign, sums in terms], axis=0)
    variance = np.var(influence, ddof=1) / units
    upper = (1 + LEVEL) / 2
    stretch = 1.0
    if variance > 0 and np.var(drawn) > 0:
        t_over_z = scipy.special.stdtrit(units - 1, upper) / scipy.special.ndtri(upper)
        stretch = float(t_over_z * np.sqrt(variance / np.var(drawn)))
    low, high = value + stretch * (np.quantile(drawn, [1 - upper, upper]) - value)
    if len(terms) == 1 and terms[0][1][0].min() >= 0:
        low = max(low, 0.0)
    return Interval(value, float(min(low, value)), float(max(high, value)), over)


def _statistic(terms: list[tuple[float, Sums]], weights: np.ndarray) -> np.ndarray:
    """Under weights of shape (draws, units); NaN where a ratio is 0 / 0."""
    found = np.zeros(len(weights))
    with np.errstate(invalid="ignore", divide="ignore"):
        for sign, (top, bottom) in terms:
            below = weights @ bottom
            found += sign * np.where(below > 0, (weights @ top) / below, np.nan)
    return found


def _influence(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """What each unit adds to the linearised ratio, times the number of units."""
    return (top - top.sum() / bottom.sum() * bottom) * top.size / bottom.sum()


def _draw(generator: np.random.Generator, draws: int, members: int) -> np.ndarray:
    """How often each member is drawn, shape (draws, members)."""
    drawn = generator.integers(members, size=(draws, members - 1))
    places = drawn + members * np.arange(draws)[:, None]
    return np.bincount(places.ravel(), minlength=draws * members).reshape(draws, members) * 1.0


def _chunks(resamples: int, units: int) -> Iterator[int]:
    size = max(1, _CHUNK_CELLS // units)
    for start in range(0, resamples, size):
        yield min(size, resamples - start)
