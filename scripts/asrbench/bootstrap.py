"""95 % intervals from repeated measurements, by a two-level bootstrap.

A measurement is a table of rounds × units: a round is a fresh process, a unit
an utterance (or a piece of speech, or a batch), and each round measures the
same units. Every statistic here is a ratio of sums, ``sum(top) / sum(bottom)``:
a mean has a bottom of ones, a real-time factor divides seconds by seconds, a
word error rate errors by words.

How an interval is made, and why:

* Rounds and units are drawn *crossed*: one draw of rounds, then one draw of
  units that all drawn rounds share. Units drawn anew in each round would make
  five rounds of 100 utterances look like 500 utterances.
* At a level with n members, n - 1 are drawn with replacement. Drawing n makes
  the variance too small by (n - 1) / n, which for two rounds is one half.
* The 2.5 % and 97.5 % percentiles of the draws keep the skewness of latencies;
  their distances from the value are stretched by t / z, where t has the degrees
  of freedom that the data have (Welch-Satterthwaite over the two levels). Plain
  percentiles, and BCa as well, are too narrow with a handful of members.
* Crossed draws count the noise of single cells (one utterance in one round)
  three times. The stretch takes that out again, with the variances of a two-way
  analysis of the linearised ratio. It matters for paired differences, where the
  noise of cells is most of what is left.
* With 2 rounds the interval holds its 95 % as long as utterances differ more
  than rounds do, the usual case. Where rounds are nearly all of the variation,
  2 of them give about 90 %, since two values cannot show their distribution.
* A sum that cannot be negative has no negative bound.

A zero-width interval means that nothing varied in the data, not certainty.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

RESAMPLES = 4000
LEVEL = 0.95
_CHUNK_CELLS = 2_000_000  # of a matrix of draws, which bounds memory to tens of megabytes


@dataclass(frozen=True)
class Interval:
    """A value with its interval; ``over`` says what was resampled.

    ``over`` is such as 'rounds and utterances', 'utterances', 'rounds', or
    'none', where low and high are NaN. A value without data is NaN.
    """

    value: float
    low: float
    high: float
    over: str


NOTHING = Interval(np.nan, np.nan, np.nan, "none")


@dataclass(frozen=True)
class _Measured:
    """Sums' terms, both of shape (rounds, units); absent cells are 0 in both."""

    top: np.ndarray
    bottom: np.ndarray

    @classmethod
    def of(cls, top: np.ndarray, bottom: np.ndarray | None) -> "_Measured":
        top = np.atleast_2d(np.asarray(top, dtype=float))
        bottom = np.ones_like(top) if bottom is None else np.atleast_2d(np.asarray(bottom, float))
        if top.shape != bottom.shape:
            raise ValueError(f"top has shape {top.shape} and bottom {bottom.shape}")
        there = np.isfinite(top) & np.isfinite(bottom)
        return cls(np.where(there, top, 0.0), np.where(there, bottom, 0.0)).keep(
            there.any(axis=1), slice(None)
        )

    def keep(self, rounds, units) -> "_Measured":
        return _Measured(self.top[rounds][:, units], self.bottom[rounds][:, units])

    def ratio(self, rounds: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Ratios under weights of shape (draws, rounds) and (draws, units); NaN where 0 / 0."""
        top = np.einsum("du,du->d", rounds @ self.top, units)
        bottom = np.einsum("du,du->d", rounds @ self.bottom, units)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(bottom > 0, top / bottom, np.nan)

    def influence(self) -> np.ndarray:
        """What each cell adds to the linearised ratio, times the number of cells."""
        whole = self.bottom.sum()
        return (self.top - self.top.sum() / whole * self.bottom) * self.top.size / whole


def ratio(
    top: np.ndarray,
    bottom: np.ndarray | None = None,
    *,
    seed: int = 1,
    names: tuple[str, str] = ("rounds", "utterances"),
    resamples: int = RESAMPLES,
) -> Interval:
    """``sum(top) / sum(bottom)`` with its 95 % interval.

    Args:
        top: shape (rounds, units), or (units,) for one round; NaN where absent.
        bottom: the same shape, or None for ones: the mean of ``top``.
        seed: of the draws; the same data and seed give the same interval.
        names: what the two levels are called in ``Interval.over``.
        resamples: how many draws.

    A level with one member cannot be resampled: with one round the interval is
    over units only, and with one of each there is none.

    Raises:
        ValueError: where the shapes differ.
    """
    measured = _Measured.of(top, bottom)
    measured = measured.keep(
        slice(None), (measured.bottom != 0).any(0) | (measured.top != 0).any(0)
    )
    return _interval([(measured, 1.0)], seed, names, resamples)


def difference(
    first: tuple[np.ndarray, np.ndarray | None],
    second: tuple[np.ndarray, np.ndarray | None],
    *,
    seed: int = 1,
    names: tuple[str, str] = ("rounds", "utterances"),
    resamples: int = RESAMPLES,
) -> Interval:
    """The first ratio minus the second, paired by unit, with its 95 % interval.

    Args:
        first: (top, bottom) as in :func:`ratio`, shape (rounds, units).
        second: the same, with the same units in the same columns; its rounds
            are others, and are drawn by themselves.
        seed, names, resamples: as in :func:`ratio`.

    Only units that both have are counted. An interval that leaves out 0 tells
    two variants apart, even where their own intervals overlap.

    Raises:
        ValueError: where the units are not as many.
    """
    pair = [_Measured.of(*first), _Measured.of(*second)]
    if pair[0].top.shape[1] != pair[1].top.shape[1]:
        raise ValueError("the two have not the same units, so nothing can be paired")
    shared = (pair[0].bottom != 0).any(0) & (pair[1].bottom != 0).any(0)
    pair = [measured.keep(slice(None), shared) for measured in pair]
    return _interval([(pair[0], 1.0), (pair[1], -1.0)], seed, names, resamples)


def _interval(terms: list[tuple[_Measured, float]], seed, names, resamples) -> Interval:
    """The signed sum of ratios with its interval; all terms share the draws of units."""
    units = terms[0][0].top.shape[1]
    rounds = [measured.top.shape[0] for measured, _ in terms]
    if units == 0 or min(rounds) == 0:
        return NOTHING
    ones = [np.ones((1, count)) for count in rounds]
    value = float(_statistic(terms, ones, np.ones((1, units)))[0])
    levels = [names[0]] * (max(rounds) > 1) + [names[1]] * (units > 1)
    if not levels or np.isnan(value):
        return Interval(value, np.nan, np.nan, "none")

    generator = np.random.default_rng(seed)
    drawn = np.concatenate(
        [
            _statistic(
                terms,
                [_draw(generator, size, count) for count in rounds],
                _draw(generator, size, units),
            )
            for size in _chunks(resamples, units)
        ]
    )
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size == 0:
        return Interval(value, np.nan, np.nan, "none")
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    stretch = _stretch(terms, float(np.var(drawn)))
    low, high = value + stretch * (np.quantile(drawn, tails) - value)
    if len(terms) == 1 and terms[0][0].top.min() >= 0:
        low = max(low, 0.0)
    return Interval(value, float(min(low, value)), float(max(high, value)), " and ".join(levels))


def _statistic(terms, rounds: list[np.ndarray], units: np.ndarray) -> np.ndarray:
    pairs = zip(terms, rounds, strict=True)
    return sum(sign * measured.ratio(weights, units) for (measured, sign), weights in pairs)


def _draw(generator: np.random.Generator, draws: int, members: int) -> np.ndarray:
    """How often each member is drawn, shape (draws, members); a lone member always once."""
    if members == 1:
        return np.ones((draws, 1))
    return generator.multinomial(members - 1, np.full(members, 1 / members), draws).astype(float)


def _chunks(resamples: int, units: int) -> Iterator[int]:
    size = max(1, _CHUNK_CELLS // units)
    for start in range(0, resamples, size):
        yield min(size, resamples - start)


def _stretch(terms, drawn_variance: float) -> float:
    """What the draws' distances from the value are multiplied by."""
    units = terms[0][0].top.shape[1]
    influences = [sign * measured.influence() for measured, sign in terms]
    cells = [_cell_variance(z) for z in influences]
    parts = [(np.var(z.mean(1), ddof=1) / len(z), len(z) - 1) for z in influences if len(z) > 1]
    if units > 1:
        parts.append((np.var(sum(z.mean(0) for z in influences), ddof=1) / units, units - 1))
    variances = [variance for variance, _ in parts]
    spread = sum(variance**2 / freedom for variance, freedom in parts)
    if not drawn_variance > 0 or not spread > 0:
        return 1.0
    variance = max([sum(variances) - sum(cells), *variances])
    upper = (1 + LEVEL) / 2
    t = stats.t.ppf(upper, variance**2 / spread)
    return float(t / stats.norm.ppf(upper) * np.sqrt(variance / drawn_variance))


def _cell_variance(z: np.ndarray) -> float:
    """Variance of the mean of ``z``, shape (rounds, units), by the noise of single cells alone."""
    rounds, units = z.shape
    if rounds == 1 or units == 1:
        return 0.0
    left = z - z.mean(1, keepdims=True) - z.mean(0, keepdims=True) + z.mean()
    return float((left**2).sum() / ((rounds - 1) * (units - 1)) / (rounds * units))
