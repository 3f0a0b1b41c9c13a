"""The colours of all figures and of the report's page.

Okabe and Ito's, ordered so that neighbours differ in grey as well.
"""

INK, FADED, GRID = "#222222", "#6e6e6e", "#e2e2e2"
_COLOURS = ["#0072B2", "#E69F00", "#000000", "#CC79A7", "#56B4E9", "#D55E00", "#009E73"]


def of_models(names: list[str]) -> dict[str, str]:
    """Model to colour, in their order."""
    return {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(names)}


def lighter(colour: str, share: float) -> str:
    """The colour, ``share`` of the way to white."""
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)
