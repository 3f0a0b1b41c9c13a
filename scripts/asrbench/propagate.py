"""The interval of a product of two figures that were measured apart."""

import math

Figure = tuple[float, float, float]  # value, low, high


def product(first: Figure, second: Figure) -> Figure:
    """Value × value, with the relative distances to the bounds added in quadrature.

    A factor without an interval (NaN) adds nothing; where neither has one, the
    product has none.
    """
    value = first[0] * second[0]
    if all(math.isnan(bound) for bound in (*first[1:], *second[1:])):
        return value, math.nan, math.nan
    down = math.hypot(*(_relative(f[0] - f[1], f[0]) for f in (first, second)))
    up = math.hypot(*(_relative(f[2] - f[0], f[0]) for f in (first, second)))
    return value, max(value * (1 - down), 0.0), value * (1 + up)


def _relative(distance: float, value: float) -> float:
    return 0.0 if math.isnan(distance) or value == 0 else distance / value
