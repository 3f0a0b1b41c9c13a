"""The straight line y = a + b · x through repeated measurements, with 95 % intervals.

Least squares over all cells of a table of rounds × passes × units, where a unit's x is
the same in all of them. The intervals say how the same fit would come out in other
rounds (:mod:`asrbench.statistics.repeatability`), and not how well a line fits: a misfit that each
round repeats is in none of them.
"""

from dataclasses import dataclass

import numpy as np

from asrbench.statistics import repeatability
from asrbench.statistics.repeatability import NAMES, NO_ESTIMATE, Estimate

MINIMUM_UNITS = 3  # with two, a line fits whatever they are


@dataclass(frozen=True)
class Line:
    """``intercept`` in the unit of y, ``slope`` in that of y over x; NaN where no line fits."""

    intercept: Estimate
    slope: Estimate


NO_LINE = Line(NO_ESTIMATE, NO_ESTIMATE)


def fit(
    x: np.ndarray, y: np.ndarray, names: tuple[str, str] = NAMES, scale: float | None = None
) -> Line:
    """Fit and its spread; :data:`NO_LINE` with fewer than three units that differ in x.

    Args:
        x: shape (units,).
        y: shape (rounds, passes, units) or (rounds, units); NaN where absent.
        names: what the first two axes are called.
        scale: what the spread is relative to; None for the mean of y.

    Raises:
        ValueError: where the shapes do not fit.
    """
    x, y = np.asarray(x, float), np.atleast_2d(np.asarray(y, float))
    if y.shape[-1] != x.size:
        raise ValueError(f"x has {x.size} units and y has shape {y.shape}")
    y = np.where(np.isfinite(x), y, np.nan)
    y = y[:, None, :] if y.ndim == 2 else y
    units = np.isfinite(y).any((0, 1))
    x, y = x[units], y[:, :, units]
    y = y[np.isfinite(y).any((1, 2))]
    if np.unique(x).size < MINIMUM_UNITS:
        return NO_LINE
    several = [name for name, count in zip(names, y.shape[:2], strict=True) if count > 1]
    y = y if len(y) > 1 else y.swapaxes(0, 1)  # passes are the replicates of one round
    # About the middle of x, where intercept and slope do not pull at each other.
    there = np.isfinite(y)
    counts = there.sum((0, 1))
    middle = np.average(x, weights=counts)
    basis = np.stack([np.ones_like(x), x - middle])
    inverse = np.linalg.inv((basis * counts) @ basis.T)
    means = np.where(there, y, 0.0).sum((0, 1)) / counts
    level, slope = inverse @ basis @ (counts * means)
    # What each replicate adds to the fit, times their number.
    there = np.isfinite(y)
    left = np.where(there, y - means, 0.0).sum(1) * len(y)
    parts = inverse @ basis @ left.T
    scale = float(means.mean()) if scale is None else scale
    over = " and ".join(several) or "none"
    return Line(
        _estimate(level - slope * middle, parts[0] - middle * parts[1], scale, over),
        _estimate(slope, parts[1], scale, over),
    )


def _estimate(value: float, parts: np.ndarray, scale: float, over: str) -> Estimate:
    return repeatability.relative(value + parts, scale, over)
