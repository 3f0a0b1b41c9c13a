"""95 % intervals from repeated measurements, by a two-level bootstrap.

A measurement is a table of rounds × units: a round is a fresh process, a unit
an utterance (or a piece of speech, or a batch), and each round measures the
same units. A statistic is a ratio of sums, ``sum(top) / sum(bottom)``, or the
difference or quotient of two: a mean has a bottom of ones, a real-time factor
divides seconds by seconds, a word error rate errors by words. What is none of
these comes with what each cell adds to it (:func:`around`).

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
from scipy import special

from asrbench.statistics.ratio_terms import Measured, Term, paired

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


def ratio(
    top: np.ndarray,
    bottom: np.ndarray | None = None,
    *,
    seed: int = 1,
    names: tuple[str, str] = ("rounds", "utterances"),
    resamples: int = RESAMPLES,
) -> Interval:
    """``sum(top) / sum(bottom)`` with its 95 % interval.

    A unit that some rounds lack weighs as much as the others.

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
    measured = Measured.of(top, bottom)
    measured = measured.keep(
        slice(None), (measured.bottom != 0).any(0) | (measured.top != 0).any(0)
    ).balanced()
    return _interval([Term(measured)], seed, names, resamples)


def difference(
    first: tuple[np.ndarray, np.ndarray | None],
    second: tuple[np.ndarray, np.ndarray | None],
    *,
    seed: int = 1,
    names: tuple[str, str] = ("rounds", "utterances"),
    resamples: int = RESAMPLES,
    rounds_shared: bool = False,
) -> Interval:
    """The first ratio minus the second, paired by unit, with its 95 % interval.

    Args:
        first: (top, bottom) as in :func:`ratio`, shape (rounds, units).
        second: the same, with the same units in the same columns.
        seed, names, resamples: as in :func:`ratio`.
        rounds_shared: whether round n of both was measured at about the same time, so
            that what the device did then is in both and is paired as units are.
            Otherwise, or where one has fewer, rounds are drawn for each by itself.

    Only units that both have are counted. An interval that leaves out 0 tells
    two variants apart, even where their own intervals overlap.

    Raises:
        ValueError: where the units are not as many.
    """
    one, other = paired(first, second)
    terms = [Term(one), Term(other, -1.0)]
    return _interval(terms, seed, names, resamples, rounds_shared=rounds_shared)


def quotient(
    first: tuple[np.ndarray, np.ndarray | None],
    second: tuple[np.ndarray, np.ndarray | None],
    *,
    seed: int = 1,
    names: tuple[str, str] = ("rounds", "utterances"),
    resamples: int = RESAMPLES,
    rounds_shared: bool = False,
) -> Interval:
    """The first ratio over the second, paired by unit, with its 95 % interval.

    Arguments and errors are those of :func:`difference`. The logarithm is
    resampled, so that a / b and b / a have intervals that say the same. Where
    one of the two is 0 there is no interval, and over 0 no value.
    """
    one, other = paired(first, second)
    terms = [Term(one, log=True), Term(other, -1.0, log=True)]
    found = _interval(terms, seed, names, resamples, rounds_shared=rounds_shared)
    value, low, high = (float(np.exp(x)) for x in (found.value, found.low, found.high))
    return Interval(value, low, high, found.over)


def around(
    value: float,
    influence: np.ndarray,
    *,
    freedom: float,
    seed: int = 1,
    names: tuple[str, str] = ("rounds", "utterances"),
    resamples: int = RESAMPLES,
) -> Interval:
    """A value with the symmetric interval that its cells' influence gives.

    Args:
        value: any statistic of a table of rounds × units.
        influence: shape (rounds, units): what each cell adds to the linearised
            statistic, times the number of cells, 0 where the cell is absent.
        freedom: degrees of freedom that the units leave.
        seed, names, resamples: as in :func:`ratio`.

    It is symmetric, since the skewness of influences around a fit tells which
    units the noise happened to fall on, and nothing of the value.
    """
    influence = np.atleast_2d(influence)
    centred = Measured(influence - influence.mean(), np.ones_like(influence))
    found = _interval([Term(centred)], seed, names, resamples, freedom)
    return Interval(value, value + found.low, value + found.high, found.over)


def _interval(
    terms: list[Term], seed, names, resamples, freedom=None, rounds_shared=False
) -> Interval:
    """The sum of terms with its interval; all share the draws of units, some those of rounds.

    With ``freedom`` of the units it is symmetric, as :func:`around` says.
    """
    units = terms[0].measured.top.shape[1]
    rounds = [term.measured.top.shape[0] for term in terms]
    if units == 0 or min(rounds) == 0:
        return NOTHING
    ones = [np.ones((1, count)) for count in rounds]
    value = float(_statistic(terms, ones, np.ones((1, units)))[0])
    levels = [names[0]] * (max(rounds) > 1) + [names[1]] * (units > 1)
    if not levels or not np.isfinite(value):
        return Interval(value, np.nan, np.nan, "none")

    together = rounds_shared and len(set(rounds)) == 1
    generator = np.random.default_rng(seed)
    drawn = np.concatenate(
        [
            _statistic(
                terms,
                [_draw(generator, size, rounds[0])] * len(rounds)
                if together
                else [_draw(generator, size, count) for count in rounds],
                _draw(generator, size, units),
            )
            for size in _chunks(resamples, units)
        ]
    )
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size == 0:
        return Interval(value, np.nan, np.nan, "none")
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    influences = [term.influence() for term in terms]
    if together:
        influences = [np.sum(influences, axis=0)]
    stretch = _stretch(influences, float(np.var(drawn)), units - 1 if freedom is None else freedom)
    if freedom is None:
        low, high = value + stretch * (np.quantile(drawn, tails) - value)
    else:
        reach = stretch * np.quantile(np.abs(drawn - value), LEVEL)
        low, high = value - reach, value + reach
    if freedom is None and len(terms) == 1 and terms[0].measured.top.min() >= 0:
        low = max(low, 0.0)
    return Interval(value, float(min(low, value)), float(max(high, value)), " and ".join(levels))


def _statistic(terms, rounds: list[np.ndarray], units: np.ndarray) -> np.ndarray:
    return sum(term.value(weights, units) for term, weights in zip(terms, rounds, strict=True))


def _draw(generator: np.random.Generator, draws: int, members: int) -> np.ndarray:
    """How often each member is drawn, shape (draws, members); a lone member always once."""
    if members == 1:
        return np.ones((draws, 1))
    drawn = generator.integers(members, size=(draws, members - 1))
    places = drawn + members * np.arange(draws)[:, None]
    return np.bincount(places.ravel(), minlength=draws * members).reshape(draws, members) * 1.0


def _chunks(resamples: int, units: int) -> Iterator[int]:
    size = max(1, _CHUNK_CELLS // units)
    for start in range(0, resamples, size):
        yield min(size, resamples - start)


def _stretch(influences: list[np.ndarray], drawn_variance: float, freedom: float) -> float:
    """What the draws' distances from the value are multiplied by.

    Args:
        influences: of cells, shape (rounds, units), one for all whose rounds are drawn alone.
        drawn_variance: of the statistic over the draws.
        freedom: degrees of freedom that the units leave.
    """
    units = influences[0].shape[1]
    cells = [_cell_variance(z) for z in influences]
    parts = [(np.var(z.mean(1), ddof=1) / len(z), len(z) - 1.0) for z in influences if len(z) > 1]
    if units > 1:
        parts.append((np.var(sum(z.mean(0) for z in influences), ddof=1) / units, freedom))
    variances = [variance for variance, _ in parts]
    spread = sum(variance**2 / freedom for variance, freedom in parts)
    if not drawn_variance > 0 or not spread > 0:
        return 1.0
    variance = max([sum(variances) - sum(cells), *variances])
    upper = (1 + LEVEL) / 2
    t = special.stdtrit(variance**2 / spread, upper)
    return float(t / special.ndtri(upper) * np.sqrt(variance / drawn_variance))


def _cell_variance(z: np.ndarray) -> float:
    """Variance of the mean of ``z``, shape (rounds, units), by the noise of single cells alone."""
    rounds, units = z.shape
    if rounds == 1 or units == 1:
        return 0.0
    left = z - z.mean(1, keepdims=True) - z.mean(0, keepdims=True) + z.mean()
    return float((left**2).sum() / ((rounds - 1) * (units - 1)) / (rounds * units))
