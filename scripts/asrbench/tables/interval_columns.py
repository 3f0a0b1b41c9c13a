"""The columns of a value and its interval: three names, told from the name of the value.

The bounds of ``latency_mean_s`` are ``latency_low_s`` and ``latency_high_s``: "_mean" goes,
and "_low" or "_high" stands before the unit.
"""

from collections.abc import Hashable
from typing import Any

from asrbench.basics import units
from asrbench.statistics import moderation
from asrbench.statistics.error_propagation import Figure
from asrbench.statistics.interval import Interval
from asrbench.statistics.repeatability import Estimate


def names(value: str) -> tuple[str, str, str]:
    """The columns of the value and of its lower and upper bound."""
    unit = units.ending(value)
    stem = value.removesuffix(unit).removesuffix("_mean")
    return value, f"{stem}_low{unit}", f"{stem}_high{unit}"


def cells(value: str, found: Interval | Figure) -> dict[str, float]:
    """The part of a row that these columns are."""
    return dict(zip(names(value), (found.value, found.low, found.high), strict=True))


def moderated(rows: list[dict[str, Any]], apart: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The rows of a table, with three cells in place of each that is an estimate.

    Spreads of one column are moderated together.

    Args:
        apart: columns of which other values have other spreads, such as the meter of watts.
    """
    kinds: dict[Hashable, list[tuple[int, str]]] = {}
    for place, row in enumerate(rows):
        for name, cell in row.items():
            if isinstance(cell, Estimate):
                kind = (name, *(row[column] for column in apart))
                kinds.setdefault(kind, []).append((place, name))
    made = [dict(row) for row in rows]
    for places in kinds.values():
        found = moderation.moderated([rows[place][name] for place, name in places])
        for (place, name), one in zip(places, found, strict=True):
            made[place] |= cells(name, one.interval())
    return made
