"""The shape of the figures of latency and energy: this device above, the published study below."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from asrbench.basics.digits import figure as digits
from asrbench.figures import bar_rows, style
from asrbench.study import slugs
from asrbench.study.config import Study
from asrbench.tables.claims import published_study


def panels(study: Study, empty: bool, label: str, published: str) -> tuple[Figure, Axes, dict]:
    """A figure with the published study drawn in its lower panel.

    Args:
        study: whose variants are the rows of the upper panel.
        empty: nothing was measured: the upper panel stays low, for words.
        label: of the x axes, with the unit.
        published: the column of the published study.

    Returns:
        The figure, the upper axes, and the place of each (model, decoding) in it.
    """
    ours = bar_rows.lay_out([variant.key for variant in study.variants()])
    reference = published_study.beside(study).dropna(subset=[published])
    pairs = list(zip(reference["model"], reference["variant"], strict=True))
    theirs = bar_rows.lay_out(pairs)
    heights = [0.7 if empty else ours.height_in, theirs.height_in]
    if reference.empty:
        heights = heights[:1]
    figure = style.new(sum(heights) + 0.95 * len(heights))
    top, *below = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    if not empty:
        names = {b.name: style.shown(study, b.name, width=99) for b in study.builds()}
        bar_rows.prepare(top, ours, names, _labels(list(ours.at)))
        top.set_xlabel(label)
    for bottom in below:
        _draw_published(bottom, theirs, reference, pairs, published, style.colours(study))
        bottom.set_xlabel(label)
    return figure, top, ours.at


def without_figures(axes: Axes, text: str) -> None:
    """Turn the upper panel into words."""
    axes.set_axis_off()
    style.say(axes, text)


def interval(axes: Axes, y: float, value: float, low: float, high: float) -> float:
    """Draw an interval where there is one; returns the x at which the row ends.

    The limits of the x axis are set: beyond them the interval is cut.
    """
    if np.isnan(low) or np.isnan(high):
        return value
    parts = axes.errorbar(
        *(value, y),
        xerr=[[value - low], [high - value]],
        fmt="none",
        ecolor=style.INK,
        elinewidth=1,
        capsize=2,
    )
    for line in (*parts.lines[1], *parts.lines[2]):
        line.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
    return min(high, axes.get_xlim()[1])


def absent(axes: Axes, y: float, reason: str) -> None:
    """Say in a variant's row why it has no bar."""
    bar_rows.write(axes, 0, y, style.briefly(reason, 58), style.FADED)


def _labels(pairs: list[tuple[str, str]]) -> dict[str, str]:
    return {slug: slugs.label(slug) for _, slug in pairs}


def _draw_published(
    axes: Axes,
    rows: bar_rows.Rows,
    reference: pd.DataFrame,
    pairs: list[tuple[str, str]],
    column: str,
    colours: dict[str, str],
) -> None:
    bar_rows.prepare(axes, rows, {name: name for name, _ in pairs}, _labels(pairs))
    axes.set_title(published_study.label(column), loc="left", fontsize=8.5, color=style.FADED)
    for pair, value, power_w in zip(
        pairs, reference[column], reference["power_mean_w"], strict=True
    ):
        colour = colours.get(pair[0], style.FADED)
        axes.hlines(rows.at[pair], 0, value, color=style.GRID, linewidth=2)
        axes.plot(value, rows.at[pair], "o", mfc="white", mec=colour, mew=1.3, ms=5.5)
        text = f"{digits(value)} J, {digits(power_w)} W" if column == "energy_j" else digits(value)
        bar_rows.write(axes, value, rows.at[pair], "  " + text, style.FADED)
    axes.set_xlim(0, (1.28 if column == "energy_j" else 1.14) * reference[column].max())
