"""The figures of a comparison: latency, energy or word errors of each variant on each device."""

import re

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from asrbench.basics import palette
from asrbench.basics.digits import figure as digits
from asrbench.compare.rows import BOUND, PUBLISHED
from asrbench.compare.tables import Compared
from asrbench.figures import bar_rows, cost_shape, style, whiskers
from asrbench.study import slugs

_WIDTH = 28  # characters of a device's name
_TRIES = 5  # to make room, since words move with the axis
# A reason's own words for where it is, which a row of the figure says already.
_PLACE = re.compile(r"^\w+ of [^:;]+: ")


def draw(compared: Compared, rows: pd.DataFrame) -> Figure:
    """From the rows of one table; a device without a figure has the reason in its place.

    Args:
        compared: the table, which says what is shown.
        rows: as :func:`asrbench.compare.tables.write` gives them.
    """
    compared = compared.by_rate(rows)
    shown, low, high = compared.value.value, compared.value.low, compared.value.high
    devices = list(dict.fromkeys(rows["device"]))
    pairs = [(f"{row['model']}|{row['variant']}", row["device"]) for row in rows.to_dict("records")]
    layout = bar_rows.lay_out(pairs)
    figure = style.new(layout.height_in + 1.0)
    axes = figure.subplots()
    bar_rows.prepare(axes, layout, _heads(rows), {name: _short(name) for name in devices})
    measured = rows[shown].dropna()
    log = style.spans_decades(measured)
    axes.set_xscale("log" if log else "linear")
    whiskers.follow(axes.xaxis, measured, rows[[low, high]], margin=1.25)
    if log:
        style.plain_log(axes.xaxis)
    left = axes.get_xlim()[0]
    colours = palette.of_models(devices)
    for pair, row in zip(pairs, rows.to_dict("records"), strict=True):
        y, mean = layout.at[pair], row[shown]
        if mean != mean:
            why = style.briefly(_PLACE.sub("", row["reason"]), 50)
            bar_rows.write(axes, left, y, why, style.FADED)
            continue
        hollow = row["device"] == PUBLISHED
        colour = style.FADED if hollow else colours[row["device"]]
        axes.hlines(y, left, mean, color=style.GRID, linewidth=2)
        axes.plot(mean, y, "o", color=colour, mfc="white" if hollow else colour, mew=1.3, zorder=4)
        end = cost_shape.interval(axes, y, mean, row[low], row[high])
        bar_rows.write(axes, end, y, _words(row, compared), style.INK)
    whiskers.cut(axes)
    axes.set_xlabel(compared.label)
    style.legend(figure, [style.handle("95 % interval", linestyle="-")], columns=1)
    _make_room(figure, axes, left)
    return figure


def _make_room(figure: Figure, axes: Axes, left: float) -> None:
    """Widen the axis until the words behind each mark end inside the figure."""
    words = [text for text in axes.texts if isinstance(text, Annotation) and text.xy[0] > left]
    for text in words:
        text.set_in_layout(False)
    for _ in range(_TRIES if words else 0):
        figure.draw_without_rendering()
        ends = [text.get_window_extent() for text in words]
        last = max(ends, key=lambda end: end.x1)
        over = last.x1 - figure.bbox.x1 + 4
        if over <= 0:
            return
        # The axis shrinks by what brings the start of the longest words to the left by as much.
        start = last.x0 - axes.bbox.x0
        stretch = start / max(start - over, start / 3)
        low, high = axes.get_xlim()
        if axes.get_xscale() == "log":
            axes.set_xlim(low, low * (high / low) ** stretch)
        else:
            axes.set_xlim(low, low + (high - low) * stretch)


def _heads(rows: pd.DataFrame) -> dict[str, str]:
    heads = {}
    for row in rows.to_dict("records"):
        random = " (random weights)" if row["weights"] == "random" else ""
        name = f"{row['model']}{random}, {slugs.label(row['variant'])}"
        heads[f"{row['model']}|{row['variant']}"] = name
    return heads


def _short(name: str) -> str:
    return name if len(name) <= _WIDTH else f"…{name[1 - _WIDTH :]}"


def _words(row: dict, compared: Compared) -> str:
    """'2.17', and what it is against the first device where that can be said."""
    shown, change = digits(row[compared.value.value]), row[compared.change.value]
    if row["reason"].endswith(BOUND):
        return f"above {shown}"
    if change != change:
        return shown
    low, high = row[compared.change.low], row[compared.change.high]
    interval = "" if low != low else f" [{digits(low)}, {digits(high)}]"
    return f"{shown}   {compared.said.format(digits(change) + interval)}"
