"""What all charts of the page share: their look, who is singled out, how they become a spec."""

from dataclasses import dataclass, field

import altair as alt
import pandas as pd

from asrbench.basics.palette import FADED, GRID, INK

# Set from the legend of the page; empty is all.
CHOSEN = ("chosen_model", "chosen_weight")
_IS_CHOSEN = " && ".join(
    f"(!{name} || datum.{column} === {name})"
    for name, column in zip(CHOSEN, ("model", "ctc_weight"), strict=True)
)
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"
_FIXED = ("0.0", "0.3", "1.0")
_SHAPES = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross"]
_DASHES = [[1, 0], [6, 3], [2, 3], [7, 2, 2, 2], [10, 3], [3, 2]]
_AXIS = {
    "domainColor": FADED,
    "gridColor": GRID,
    "labelColor": INK,
    "labelFontSize": 12,
    "tickColor": GRID,
    "titleColor": INK,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
}


@dataclass(frozen=True)
class Figure:
    """One figure of the page.

    Attributes:
        name: its id.
        title: what it shows.
        note: how it is to be read.
        spec: Vega-Lite, or None where there is nothing to draw.
        missing: (who, why) of what it does not show.
        swatches: (text, colour) of a legend of its own.
    """

    name: str
    title: str
    note: str
    spec: dict | None
    missing: list[tuple[str, str]] = field(default_factory=list)
    swatches: list[tuple[str, str]] = field(default_factory=list)


def values(rows: list[dict]) -> alt.Data:
    """Rows as the data of a layer; NaN, which JSON has not, is null."""
    clean = [{k: None if pd.isna(v) else v for k, v in row.items()} for row in rows]
    return alt.Data(values=clean)


def chosen(opacity: float = 1.0) -> object:
    """Opacity of a mark: faint where another model or CTC weight is singled out."""
    return alt.condition(_IS_CHOSEN, alt.value(opacity), alt.value(0.1 * opacity))


def shapes(weights: list[str]) -> dict[str, str]:
    """CTC weight to the shape of its mark, as in the figures."""
    return dict(zip(weights, _styles(weights, _SHAPES), strict=True))


def dashes(weights: list[str]) -> dict[str, list[int]]:
    """CTC weight to the dashes of its line, as in the figures."""
    return dict(zip(weights, _styles(weights, _DASHES), strict=True))


def _styles(weights: list[str], styles: list) -> list:
    others = sorted(set(weights) - set(_FIXED), key=float)
    place = {weight: i for i, weight in enumerate(_FIXED)}
    place |= {weight: 3 + i % 3 for i, weight in enumerate(others)}
    return [styles[place[weight]] for weight in weights]


def scale(lows: pd.Series, highs: pd.Series, log: bool, room: float = 1.12) -> alt.Scale:
    """An axis that holds all intervals: from 0, or logarithmic with room at both ends."""
    if log:
        low, high = float(lows.min()) / room, float(highs.max()) * room
        return alt.Scale(type="log", domain=[low, high], nice=False)
    return alt.Scale(domain=[0, float(highs.max()) * room or 1.0], nice=False)


def axis(log: bool) -> alt.Axis:
    """Plain figures, and few of them."""
    return alt.Axis(format=",~g", tickCount=5, labelOverlap=True) if log else alt.Axis(tickCount=6)


def spec(layers: list[alt.Chart], height: int) -> dict:
    """The layers as one chart that is as wide as its place in the page."""
    chart = alt.layer(*layers).properties(width="container", height=height)
    made = chart.configure(
        font=FONT, axis=_AXIS, view={"stroke": None}, background="transparent"
    ).to_dict()
    made["params"] = [{"name": name, "value": ""} for name in CHOSEN]
    made["autosize"] = {"type": "fit-x", "contains": "padding"}
    del made["$schema"]  # an address on the network; the page says what it is when it draws
    return made
