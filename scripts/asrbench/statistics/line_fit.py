"""The straight line y = a + b · x through repeated measurements, with 95 % intervals.

Least squares over all cells of a table of rounds × units, where a unit's x is
the same in all rounds. The interval comes from the crossed bootstrap of
:mod:`asrbench.statistics.bootstrap`, applied to what each cell adds to the linearised fit:
draws of few units may all have one x, and a fit to them is none.

A fit runs close to units at the ends of x, so their residuals are too small:
their means over rounds are divided by 1 - h, where h is the unit's leverage
(MacKinnon and White's HC3, in effect a jackknife over units). And where a few
units carry most of the fit, there are fewer degrees of freedom than units: the
influences' fourth moment, 3 (Σ z²)² / Σ z⁴, tells how many as much as carry it.
Noise in proportion to x makes both matter: without them, 100 utterances give
intervals that hold the slope in 87 % of cases, with them in 94 %.
"""

from dataclasses import dataclass

import numpy as np

from asrbench.statistics import bootstrap
from asrbench.statistics.bootstrap import NOTHING, Interval

MINIMUM_UNITS = 3  # with two, a line fits whatever they are
_ALONE = 1e-9  # of 1 - h: a unit whose residual is 0 by necessity


@dataclass(frozen=True)
class Line:
    """``intercept`` in the unit of y, ``slope`` in that of y over x; NaN where no line fits."""

    intercept: Interval
    slope: Interval


NO_LINE = Line(NOTHING, NOTHING)


def fit(
    x: np.ndarray,
    y: np.ndarray,
    *,
    seed: int = 1,
    names: tuple[str, str] = ("rounds", "utterances"),
    resamples: int = bootstrap.RESAMPLES,
) -> Line:
    """Fit and its intervals; :data:`NO_LINE` with fewer than three units that differ in x.

    Args:
        x: shape (units,).
        y: shape (rounds, units); NaN where absent.
        seed, names, resamples: as in :func:`asrbench.statistics.bootstrap.ratio`.

    Raises:
        ValueError: where the shapes do not fit.
    """
    x, y = np.asarray(x, float), np.atleast_2d(np.asarray(y, float))
    if y.shape[1] != x.size:
        raise ValueError(f"x has {x.size} units and y has shape {y.shape}")
    there = np.isfinite(y) & np.isfinite(x)
    rounds, units = there.any(1), there.any(0)
    x, y, there = x[units], y[rounds][:, units], there[rounds][:, units]
    if np.unique(x).size < MINIMUM_UNITS:
        return NO_LINE

    # About the middle of x, where intercept and slope do not pull at each other.
    counts = there.sum(0)
    middle = np.average(x, weights=counts)
    basis = np.stack([np.ones_like(x), x - middle])
    inverse = np.linalg.inv((basis * counts) @ basis.T)
    y = np.where(there, y, 0.0)
    level, slope = inverse @ basis @ y.sum(0)
    left = np.where(there, y - level - slope * (x - middle), 0.0)
    mean = left.sum(0) / counts
    leverage = counts * np.einsum("pu,pq,qu->u", basis, inverse, basis)
    widened = np.where(there, left + mean * (1 / np.maximum(1 - leverage, _ALONE) - 1), 0.0)
    parts = np.einsum("pq,qu,ru->pru", inverse, basis, widened) * widened.size

    def interval(value: float, influence: np.ndarray) -> Interval:
        freedom = _freedom(influence.mean(0))
        return bootstrap.around(
            value, influence, freedom=freedom, seed=seed, names=names, resamples=resamples
        )

    return Line(
        interval(float(level - slope * middle), parts[0] - middle * parts[1]),
        interval(float(slope), parts[1]),
    )


def _freedom(z: np.ndarray) -> float:
    """Degrees of freedom that units with influences ``z``, shape (units,), leave: at least 1."""
    squares = z**2
    if not squares.any():
        return 1.0
    carrying = 3 * squares.sum() ** 2 / (squares**2).sum()
    return float(max(1.0, min(z.size, carrying) - 2))
