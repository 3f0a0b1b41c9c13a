"""How many digits of a figure are shown, in tables, figures and on the terminal alike."""


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
