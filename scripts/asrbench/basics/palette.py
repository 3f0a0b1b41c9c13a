"""The colours of all figures and of the report's page.

Okabe and Ito's seven, ordered so that neighbours differ in grey as well, and seven more that
lie as far as possible from those and from each other.
"""

INK, FADED, GRID = "#222222", "#6e6e6e", "#e2e2e2"
_COLOURS = [
    *("#0072B2", "#E69F00", "#000000", "#CC79A7", "#56B4E9", "#D55E00", "#009E73"),
    *("#441188", "#99CC44", "#CC0044", "#445500", "#662200", "#AA88FF", "#FFAA88"),
]


def of_models(names: list[str]) -> dict[str, str]:
    """Model to colour, in their order; grey for those of :func:`without_colour`."""
    own = dict(zip(names, _COLOURS, strict=False))
    return own | dict.fromkeys(without_colour(names), FADED)


def without_colour(names: list[str]) -> list[str]:
    """The last of many models, for which no colour is left that differs from all others."""
    return names[len(_COLOURS) :]


def lighter(colour: str, share: float) -> str:
    """The colour, ``share`` of the way to white."""
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)
