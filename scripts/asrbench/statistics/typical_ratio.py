"""Two variants that were measured in turn, compared by what is typical of their times.

Times are arrays of shape (rounds, passes, units), as in :mod:`asrbench.statistics.repeatability`.
"""

from collections.abc import Callable

import numpy as np

from asrbench.statistics.repeatability import NAMES, NO_ESTIMATE, Estimate, what_varies

# Of fewer repetitions, bounds of the middle half say too little of the spread.
_FEWEST_TRIMMED = 6


def of_variants(first: np.ndarray, second: np.ndarray) -> Estimate:
    """How many times as long the first takes for a unit, measured in turn; units weigh the same.

    Of each unit the mean of the middle half of its ratios' logarithms, then the mean over units.
    What slows one of two times that were measured in turn lies in the outer half, and a long unit
    counts no more than a short one, which tells as much in less time. The variance is that of what
    each replicate adds, its outer ratios drawn in to the bounds of the half, as for any trimmed
    mean (Tukey and McLaughlin 1963).

    Args:
        first, second: shape (rounds, passes, units). A pass that lacks a unit of either is left
            out.
    """
    return _of_middle_half(first, second, lambda shares: np.full(len(shares), 1 / len(shares)))


def dependence(first: np.ndarray, second: np.ndarray) -> Estimate:
    """The typical ratio with units weighed by their time, over that with units weighing the same.

    It is 1 where the ratio does not depend on how long a unit takes. Arguments as in
    :func:`of_variants`.
    """
    return _of_middle_half(first, second, lambda shares: shares - 1 / len(shares))


def _of_middle_half(
    first: np.ndarray, second: np.ndarray, weights: Callable[[np.ndarray], np.ndarray]
) -> Estimate:
    """Of each unit the mean of the middle half, then the sum over units.

    Args:
        weights: of each unit, of what share of the time is its own.
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(first / second)
    whole = np.isfinite(logs).all(2)
    if not whole.any() or not logs.shape[2]:
        return NO_ESTIMATE
    several_rounds = whole.any(1).sum() > 1
    _, replicate = np.unique(np.nonzero(whole)[0 if several_rounds else 1], return_inverse=True)
    ratios = logs[whole]  # shape (repetitions, units)
    took = first[whole].sum(0) + second[whole].sum(0)
    weight = weights(took / took.sum())
    count, ordered = len(ratios), np.sort(ratios, axis=0)
    cut = count // 4 if count >= _FEWEST_TRIMMED else 0
    value = float(np.exp(ordered[cut : count - cut].mean(0) @ weight))
    replicates = int(replicate.max()) + 1
    if replicates < 2:
        return Estimate(value)
    drawn_in = np.clip(ratios, ordered[cut], ordered[-1 - cut])
    middle = count - 2 * cut
    moved = (drawn_in - drawn_in.mean(0)) @ weight / middle
    added = replicates * np.bincount(replicate, moved)
    # A half has fewer degrees of freedom than all of them.
    variance = float(np.var(added, ddof=1)) * (middle / (middle - 1)) / (count / (count - 1))
    over = what_varies(whole, NAMES)
    return Estimate(value, variance, replicates, replicates - 1.0, over)
