"""95 % intervals of a figure measured again: these utterances, this device, other rounds.

Times are arrays of shape (rounds, passes, units): a round is a fresh process, a pass
one repetition of the sample in it, a unit an utterance (or a piece of speech, or a
batch). Units are fixed. What varies are *replicates*: the rounds, or with one round its
passes. Passes of one round share their process and so are no replicates of their own.

* The logarithm of a replicate's figure is what has a variance, so an interval has no
  negative bound and that of a / b says the same as that of b / a.
* A replicate that lacks units is compared with the means of those it has.
* A handful of replicates does not show its own spread: see
  :mod:`asrbench.statistics.moderation`.
* The least over replicates has a jackknife variance. On average it is right where the noise
  is normal, and twice too large where it has an exponential tail. Its freedom is 1,
  however many replicates there are, since two of them make it; so it is taken as common
  to all figures of its kind. Such an interval is about what the least is on average over
  runs of as many replicates, not about the bound that it nears with ever more.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # whose parts are imported where they are used: scipy.special takes long

from asrbench.statistics.interval import LEVEL, Interval

NAMES = ("rounds", "passes")
# The variance of the least of 2 and of 3 normal values, over what their jackknife expects.
_JACKKNIFE_LACKS = {2: 1.36, 3: 1.07}


def quantile(freedom: np.ndarray | float, looks: int = 1) -> np.ndarray | float:
    """Of Student's t: what a standard error is multiplied by, for so many looks at the data."""
    return scipy.special.stdtrit(freedom, 1 - (1 - LEVEL) / 2 / looks)


@dataclass(frozen=True)
class Estimate:
    """A figure, and how much one replicate of it varies.

    Attributes:
        value: in the figure's own unit.
        variance: of one replicate: of its logarithm, or in units of ``scale``²; NaN where
            nothing varied.
        replicates: how many the value is made of.
        freedom: degrees of freedom of the variance.
        over: what varied; 'none' where nothing did.
        scale: for a figure that may be negative: what its variance is relative to.
        alike: whether the variance says too little by itself, so that it is taken as common.
    """

    value: float
    variance: float = np.nan
    replicates: float = 1.0
    freedom: float = 0.0
    over: str = "none"
    scale: float | None = None
    alike: bool = False

    @property
    def error(self) -> float:
        """Standard error of the value: of its logarithm, or in units of ``scale``."""
        return float(np.sqrt(self.variance / self.replicates))

    def quantile(self, looks: int = 1) -> float:
        """Of Student's t: what a standard error is multiplied by, for so many looks at the data."""
        return float(quantile(self.freedom, looks))

    def reach_for(self, looks: int) -> float:
        """Half the width of the interval, in the error's units, for so many looks at the data."""
        return self.quantile(looks) * self.error

    @property
    def reach(self) -> float:
        """The same for one look."""
        return self.reach_for(1)

    def interval(self) -> Interval:
        """The value with its bounds; NaN bounds where nothing varied."""
        if self.over == "none" or not np.isfinite(self.variance):
            return Interval(self.value, np.nan, np.nan, "none")
        reach = self.reach
        if self.scale is not None:
            reach *= abs(self.scale)
            return Interval(self.value, self.value - reach, self.value + reach, self.over)
        with np.errstate(over="ignore"):
            bounds = self.value * np.exp([-reach, reach])
        return Interval(self.value, float(bounds[0]), float(bounds[1]), self.over)


NO_ESTIMATE = Estimate(np.nan)


@dataclass(frozen=True)
class _Replicates:
    """Times with the replicates along the first axis.

    Attributes:
        cells: shape (replicates, units): means over what is not a replicate; NaN where absent.
        least: the same, the least in place of means.
        value: shape (units,): means over all rounds and passes.
        over: what varies between them; 'none' with one.
    """

    cells: np.ndarray
    least: np.ndarray
    value: np.ndarray
    over: str

    @classmethod
    def of(cls, cells: np.ndarray, names: tuple[str, str]) -> "_Replicates":
        there = np.isfinite(cells)
        cells = cells[there.any((1, 2))][:, there.any((0, 2))][:, :, there.any((0, 1))]
        rounds, passes, units = cells.shape
        if not cells.size:
            return cls(np.empty((0, 0)), np.empty((0, 0)), np.empty(0), "none")
        over = what_varies(np.isfinite(cells).any(2), names)
        flat = cells.reshape(rounds * passes, units)
        value = _means(flat)
        if rounds == 1:
            return cls(flat, flat, value, over)
        absent = np.isnan(cells).all(1)
        least = np.where(np.isnan(cells), np.inf, cells).min(1, initial=np.inf)
        means = np.stack([_means(each) for each in cells])
        return cls(means, np.where(absent, np.nan, least), value, over)

    @property
    def logs(self) -> np.ndarray:
        """Of each replicate, the logarithm of its sum over that of the same units' means."""
        usual = np.where(np.isnan(self.cells), 0.0, self.value).sum(1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log(np.nansum(self.cells, axis=1) / usual)

    @property
    def count(self) -> float:
        """How many there are; fewer where some have what others lack, and so weigh more."""
        there = np.isfinite(self.cells)
        share = np.where(there, self.value / there.sum(0), 0.0).sum(1) / self.value.sum()
        return float(1 / (share**2).sum())

    @property
    def logs_of_least(self) -> np.ndarray:
        """The logarithm of the sum of the least, without each replicate in turn."""
        order = np.sort(np.where(np.isnan(self.least), np.inf, self.least), axis=0)
        second = np.where(np.isinf(order[1]), order[0], order[1])
        left = np.where(self.least == order[0], second, order[0])
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.log(left.sum(1))


def what_varies(there: np.ndarray, names: tuple[str, str]) -> str:
    """Of which axis of shape (rounds, passes) there are several; 'none' of neither."""
    counts = there.any(1).sum(), there.any(0).sum()
    several = [name for name, count in zip(names, counts, strict=True) if count > 1]
    return " and ".join(several) or "none"


def _means(cells: np.ndarray) -> np.ndarray:
    """Of each column, shape (rows, columns): the mean of what is there, NaN where nothing is."""
    there = np.isfinite(cells)
    with np.errstate(invalid="ignore"):
        return np.where(there, cells, 0.0).sum(0) / there.sum(0)


def _replicates(names: tuple[str, str], *cells: np.ndarray) -> list[_Replicates]:
    """Of arrays of one shape, (rounds, passes, units) or (rounds, units), where all have a cell."""
    arrays = [np.asarray(each, float) for each in cells]
    arrays = [each[:, None, :] if each.ndim == 2 else each for each in arrays]
    there = np.logical_and.reduce([np.isfinite(each) for each in arrays])
    return [_Replicates.of(np.where(there, each, np.nan), names) for each in arrays]


def mean(cells: np.ndarray, names: tuple[str, str] = NAMES) -> Estimate:
    """Mean over units of their means; each unit weighs the same, however often it is there.

    Args:
        cells: shape (rounds, passes, units) or (rounds, units); NaN where absent.
        names: what the first two axes are called.
    """
    (times,) = _replicates(names, cells)
    if not times.value.size:
        return NO_ESTIMATE
    return _of_logs(float(times.value.mean()), times.logs, times)


def ratio(top: np.ndarray, bottom: np.ndarray, names: tuple[str, str] = NAMES) -> Estimate:
    """Sum over sum of the units' means, both of the same replicates, such as joules of windows.

    Also of two variants that were measured in turn. Arguments as in :func:`mean`.

    Raises:
        ValueError: where the shapes differ.
    """
    one, other = _replicates(names, top, bottom)
    if not one.value.size:
        return NO_ESTIMATE
    return _of_logs(_over(one.value.sum(), other.value.sum()), one.logs - other.logs, one)


def least(cells: np.ndarray, names: tuple[str, str] = NAMES) -> Estimate:
    """Mean over units of the least of each: what an undisturbed device takes."""
    (times,) = _replicates(names, cells)
    if not times.value.size:
        return NO_ESTIMATE
    value = float(np.nanmin(times.least, axis=0).mean())
    count = len(times.least)
    if count < 2 or not value > 0:
        return Estimate(value)
    spread = float(np.var(times.logs_of_least, ddof=1)) * _JACKKNIFE_LACKS.get(count, 1.0)
    return Estimate(value, (count - 1) ** 2 * spread, count, 1.0, times.over, alike=True)


def relative(values: np.ndarray, scale: float, over: str = NAMES[0]) -> Estimate:
    """The mean of a figure that may be negative, shape (replicates,), such as net watts.

    Args:
        scale: what its spread is relative to, such as watts.
    """
    if len(values) < 2 or not scale:
        return Estimate(float(np.mean(values)))
    variance = float(np.var(values / scale, ddof=1))
    count = len(values)
    return Estimate(float(np.mean(values)), variance, count, count - 1.0, over, scale)


def quotient(first: Estimate, second: Estimate) -> Estimate:
    """One figure over another that was measured apart from it (Welch and Satterthwaite).

    Both come as they were measured: what is moderated are quotients.
    """
    value = _over(first.value, second.value)
    parts = [one.variance / one.replicates for one in (first, second)]
    if "none" in (first.over, second.over) or not np.isfinite(parts).all():
        return Estimate(value)
    both = sum(parts)
    squares = sum(p**2 / one.freedom for p, one in zip(parts, (first, second), strict=True))
    freedom = both**2 / squares if squares > 0 else first.freedom + second.freedom
    count = 2 / (1 / first.replicates + 1 / second.replicates)
    return Estimate(value, both * count, count, freedom, first.over)


def _of_logs(value: float, logs: np.ndarray, times: _Replicates) -> Estimate:
    if len(logs) < 2 or not value > 0 or not np.isfinite(logs).all():
        return Estimate(value)
    variance = float(np.var(logs, ddof=1))
    return Estimate(value, variance, times.count, len(logs) - 1.0, times.over)


def _over(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom > 0 else np.nan
