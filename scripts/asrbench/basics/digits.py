"""How many digits of a figure are shown, in tables, figures and on the terminal alike."""

import math


def figure(value: float) -> str:
    """Three digits that count, thousands apart, no exponent from 0.00001 to the millions."""
    if isinstance(value, int) or value == 0:
        return f"{int(value):,}"
    if abs(value) >= 99.95:
        return f"{value:,.0f}"
    if abs(value) < 1e-5:
        return f"{value:.2e}"
    decimals = 1
    while abs(value) * 10**decimals < 99.95:
        decimals += 1
    return f"{value:.{decimals}f}"


def borne(value: float, low: float, high: float, neutral: float | None = None) -> list[str]:
    """A value and its bounds, with no more digits than the interval bears.

    The last digit is worth a quarter of the interval's width at most; one digit of the value
    stays, and three count at most.

    Args:
        low, high: one of them may be infinite.
        neutral: what the value is where two do not differ. No bound is rounded to it.
    """
    finite = [x for x in (value, low, high) if math.isfinite(x)]
    width, largest = max(finite) - min(finite), max(map(abs, finite))
    if not width or largest < 1e-5:
        return [figure(x) for x in (value, low, high)]
    places = _place(width / 4)
    if value and not low < 0 < high:
        places = max(places, _place(value))
    places = max(min(places, _place(largest) + 2), 0)
    while any(x != neutral == round(x, places) for x in (low, high)):
        places += 1
    return [f"{x:z,.{places}f}" if math.isfinite(x) else "∞" for x in (value, low, high)]


def _place(value: float) -> int:
    """The place behind the point of the first digit that is not 0: 2 of 0.034, -1 of 34."""
    return -math.floor(math.log10(abs(value)))
