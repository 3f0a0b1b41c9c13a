"""The spread of figures of one kind, when each has a handful of replicates.

A handful does not show its own spread. Figures of one kind are therefore moderated
together, as limma does (Smyth 2004, doi:10.2202/1544-6115.1027), with one change: of the
differences between spreads only what exceeds three standard errors of chance is believed,
and of fewer than five figures nothing. Without it, intervals of 2 rounds hold the truth in
87 to 93 % of cases, with it in 93 to 96 %.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy  # whose parts are imported where they are used: scipy.special takes long

from asrbench.statistics.repeatability import Estimate

_ERRORS = 3.0  # standard errors of chance by which spreads must differ
_FEWEST = 5  # figures that can show that their spreads differ
_LEAST_SPREAD = 1e-5  # of the middle one: replicates that are equal by chance


def moderated(estimates: Sequence[Estimate], most_freedom: float = np.inf) -> list[Estimate]:
    """Each with its spread drawn towards the common one, and the freedom that follows.

    Args:
        estimates: of one kind, such as the mean latency of every variant of a run.
        most_freedom: that all of them have together, where they are not independent.
    """
    known = [e for e in estimates if e.freedom > 0 and np.isfinite(e.variance)]
    total = min(sum(e.freedom for e in known), most_freedom)
    if len(known) < 2:
        return list(estimates)
    variances, freedoms = (
        np.array([getattr(e, name) for e in known]) for name in ("variance", "freedom")
    )
    common = float(np.average(variances, weights=freedoms))
    independent = total / freedoms.mean()
    one_spread = known[0].alike or not common or independent < _FEWEST
    prior = np.inf if one_spread else _prior_freedom(variances, freedoms, independent)
    if np.isfinite(prior):
        centre = (
            _log_spreads(variances, freedoms).mean()
            + scipy.special.digamma(prior / 2)
            - np.log(prior / 2)
        )
        common = float(np.exp(centre))

    def drawn(one: Estimate) -> Estimate:
        if not (one.freedom > 0 and np.isfinite(one.variance)):
            return one
        if not np.isfinite(prior):
            return replace(one, variance=common, freedom=total)
        variance = (prior * common + one.freedom * one.variance) / (prior + one.freedom)
        return replace(one, variance=variance, freedom=min(prior + one.freedom, total))

    return [drawn(one) for one in estimates]


def _prior_freedom(variances: np.ndarray, freedoms: np.ndarray, count: float) -> float:
    """Degrees of freedom of the common spread; infinite where spreads differ by chance alone.

    Args:
        count: how many of the variances are independent of each other.
    """
    logs = _log_spreads(variances, freedoms)
    chance = scipy.special.polygamma(1, freedoms / 2)
    error = np.sqrt(
        (2 * chance**2 / (count - 1) + scipy.special.polygamma(3, freedoms / 2) / count).mean()
    )
    excess = float(np.var(logs, ddof=1) - chance.mean() - _ERRORS * error)
    return 2 * _trigamma_inverse(excess) if excess > 0 else np.inf


def _log_spreads(variances: np.ndarray, freedoms: np.ndarray) -> np.ndarray:
    """Logarithms of variances, freed of what chance takes from them on average."""
    return np.log(_positive(variances)) - scipy.special.digamma(freedoms / 2) + np.log(freedoms / 2)


def _positive(variances: np.ndarray) -> np.ndarray:
    return np.maximum(variances, _LEAST_SPREAD * np.median(variances[variances > 0]))


def _trigamma_inverse(value: float) -> float:
    """The x whose trigamma is ``value``, by Newton's method (as limma's trigammaInverse)."""
    x = 0.5 + 1 / value
    for _ in range(50):
        found = scipy.special.polygamma(1, x)
        step = found * (1 - found / value) / scipy.special.polygamma(2, x)
        x += step
        if -step / x < 1e-10:
            break
    return float(x)
