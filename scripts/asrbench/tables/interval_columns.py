"""The columns of a value and its interval: three names, told from the name of the value.

The bounds of ``latency_mean_s`` are ``latency_low_s`` and ``latency_high_s``: "_mean" goes,
and "_low" or "_high" stands before the unit.
"""

from asrbench.basics import units
from asrbench.statistics.bootstrap import Interval
from asrbench.statistics.error_propagation import Figure


def names(value: str) -> tuple[str, str, str]:
    """The columns of the value and of its lower and upper bound."""
    unit = units.ending(value)
    stem = value.removesuffix(unit).removesuffix("_mean")
    return value, f"{stem}_low{unit}", f"{stem}_high{unit}"


def cells(value: str, found: Interval | Figure) -> dict[str, float]:
    """The part of a row that these columns are."""
    return dict(zip(names(value), (found.value, found.low, found.high), strict=True))
