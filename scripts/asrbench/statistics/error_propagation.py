"""The interval of a product, a sum or a ratio of figures that were measured apart.

Distances from the values to their bounds are added in quadrature (Zou and
Donner's MOVER). That is exact where the figures are independent, and too wide,
hence on the safe side, where they are over the same utterances.
"""

import math
from typing import NamedTuple

Three = tuple[float, float, float]  # a value with its bounds, as tables give them


class Figure(NamedTuple):
    """A value with the bounds of its interval, NaN where there is none."""

    value: float
    low: float
    high: float


def product(first: Three, second: Three) -> Figure:
    """Value × value, with the relative distances to the bounds added in quadrature.

    A factor without an interval (NaN) adds nothing; where neither has one, the
    product has none.
    """
    value = first[0] * second[0]
    if all(math.isnan(bound) for bound in (*first[1:], *second[1:])):
        return Figure(value, math.nan, math.nan)
    down = math.hypot(*(_relative(f[0] - f[1], f[0]) for f in (first, second)))
    up = math.hypot(*(_relative(f[2] - f[0], f[0]) for f in (first, second)))
    return Figure(value, max(value * (1 - down), 0.0), value * (1 + up))


def difference(first: Three, second: Three) -> Figure:
    """The first minus the second; without an interval where one of them has none."""
    value = first[0] - second[0]
    if any(math.isnan(bound) for bound in (*first[1:], *second[1:])):
        return Figure(value, math.nan, math.nan)
    down = math.hypot(first[0] - first[1], second[2] - second[0])
    up = math.hypot(first[2] - first[0], second[0] - second[1])
    return Figure(value, value - down, value + up)


def ratio(first: Three, second: Three) -> Figure:
    """The first over the second, by the difference of logarithms; NaN where one is not above 0.

    Where the second may be nothing, there is no upper bound, and so no interval.
    """
    if not (first[0] > 0 and second[0] > 0):
        return Figure(math.nan, math.nan, math.nan)
    value, low, high = (math.exp(x) for x in difference(_logs(first), _logs(second)))
    return Figure(value, *((low, high) if math.isfinite(high) else (math.nan, math.nan)))


def _logs(three: Three) -> Figure:
    return Figure(*(-math.inf if x == 0 else math.log(x) if x > 0 else math.nan for x in three))


def _relative(distance: float, value: float) -> float:
    return 0.0 if math.isnan(distance) or value == 0 else distance / value
