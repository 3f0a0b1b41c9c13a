"""The shape of the figures of an error rate against a cost: a bubble a variant, the front."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from asrbench.basics import palette
from asrbench.basics.digits import figure as digits
from asrbench.figures import style, whiskers
from asrbench.statistics import pareto
from asrbench.study import used_parts
from asrbench.study.config import Study
from asrbench.tables import error_rate, table_csv
from asrbench.tables.claims import published_study

SMALLEST_PT, LARGEST_PT = 4.5, 9.0


def draw(
    study: Study, rows: pd.DataFrame, cost: tuple[str, str, str], label: str, published: str
) -> Figure:
    """Draw the variants that have both figures, and the published study hollow.

    Args:
        rows: model, variant, ctc_weight, the columns of the error rate that stands first,
            parameters (NaN where unknown) and ``cost``, for variants where both are
            there (there may be none).
        cost: the columns of value, low and high of the x axis.
        label: of the x axis, with the unit.
        published: the column of the published study on the x axis.
    """
    figure = style.new(3.6 + 0.17 * len(study.builds()))
    axes = figure.subplots()
    rate, reference = error_rate.of(rows), published_study.beside(study)
    if rate is not error_rate.WER:  # the study has no other
        reference = reference.iloc[:0]
    rows, styles, not_drawn = style.drawn(study, rows)
    styles |= style.decoding_styles(list(reference["variant"]))
    colours = style.colours(study)
    for row in reference.to_dict("records"):
        _hollow(axes, row, published, styles, colours)
    _front(axes, rows, cost[0], rate.column)
    for row, size in zip(rows.to_dict("records"), _sizes(rows), strict=True):
        _point(axes, row, cost, rate, styles[row["variant"]][1], colours[row["model"]], size)
    axes.set_xlabel(label)
    axes.set_ylabel(f"{rate.words} (%)")
    drawn = pd.concat([rows[cost[0]], reference[published]])
    _scale(axes.xaxis, drawn, rows[list(cost[1:])])
    drawn = pd.concat([rows[rate.column], reference["wer_percent"]])
    _scale(axes.yaxis, drawn, rows[list(rate.columns[1:])], margin=1.5)
    whiskers.cut(axes)
    label = "" if reference.empty else published_study.label(published)
    entries = _entries(study, rows, styles, colours, label)
    style.legend(figure, entries, 2, not_drawn)
    return figure


def joined(
    tables: Path, rows: pd.DataFrame, cost: tuple[str, str, str], what: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Variants that have an error rate and a cost; and the others, with ``why``.

    Args:
        rows: model, variant, ``cost`` and reason.
        what: the cost in a word, for those that no row is about.
    """
    keys = ["model", "variant"]
    rows = table_csv.read(tables, "wer").merge(
        rows[[*keys, *cost, "reason"]], on=keys, how="left", suffixes=("", "_x")
    )
    wer = rows[error_rate.of(rows).column]
    why = rows["reason"].where(wer.isna(), rows["reason_x"].fillna(f"no {what}"))
    rows = _with_parameters(rows.assign(why=why), tables)
    both = wer.notna() & rows[cost[0]].notna()
    return rows[both], rows[~both]


def _with_parameters(rows: pd.DataFrame, tables: Path) -> pd.DataFrame:
    """The rows with a column ``parameters``: those that the variant's search uses."""
    table = table_csv.read(tables, "parameters").set_index(["model", "module"])["parameters"]
    wanted = [
        (model, used_parts.parameters_row(weight or None))
        for model, weight in zip(rows["model"], rows["ctc_weight"], strict=True)
    ]
    return rows.assign(parameters=[float(table.get(key, np.nan)) for key in wanted])


def _sizes(rows: pd.DataFrame) -> list[float]:
    """Diameters of markers in points, whose areas are in proportion to the parameters."""
    share = (rows["parameters"] / rows["parameters"].max()).fillna(0.0)
    return [max(SMALLEST_PT, LARGEST_PT * float(np.sqrt(part))) for part in share]


def _front(axes: Axes, rows: pd.DataFrame, cost: str, rate: str) -> None:
    """Steps along the variants that no other beats in both."""
    best = rows[pareto.front(rows, [cost, rate])].sort_values(cost)
    line = {"color": style.FADED, "linestyle": "-", "linewidth": 0.9, "zorder": 1}
    axes.step(best[cost], best[rate], where="post", **line)


def _point(
    axes: Axes,
    row: dict,
    cost: tuple[str, str, str],
    rate: error_rate.Rate,
    marker: str,
    colour: str,
    size: float,
) -> None:
    x, x_low, x_high = (row[column] for column in cost)
    y, y_low, y_high = (row[column] for column in rate.columns)
    point = axes.errorbar(
        *(x, y),
        xerr=[[x - x_low], [x_high - x]] if x_low == x_low else None,
        yerr=[[y - y_low], [y_high - y]] if y_low == y_low else None,
        color=colour,
        marker=marker,
        markersize=size,
        markeredgecolor="white",
        markeredgewidth=0.6,
        elinewidth=0.9,
        capsize=2,
        zorder=3,
    )
    words = f"{style.spanned(row, rate.column)} at {style.spanned(row, cost[0])}"
    if row["parameters"] == row["parameters"]:
        words += f", {digits(row['parameters'] / 1e6)} million parameters in use"
    style.mark(point.lines[0], row, words)


def _hollow(axes: Axes, row: dict, column: str, styles: dict, colours: dict) -> None:
    colour = palette.lighter(colours.get(row["model"], style.FADED), 0.25)
    x, y = row[column], row["wer_percent"]
    marker = styles[row["variant"]][1]
    axes.plot(x, y, marker, mfc="white", mec=colour, mew=1.2, ms=6.5, zorder=2)
    if row["wer_is_bound"]:
        axes.annotate(
            "",
            (x, y),
            xytext=(0, 15),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<-", "color": colour, "shrinkB": 4, "shrinkA": 0},
            annotation_clip=False,
        )


def _scale(axis: Axis, values: pd.Series, ends: pd.DataFrame, margin: float = 1.3) -> None:
    log = style.spans_decades(values)
    axis.axes.set(**{f"{axis.axis_name}scale": "log" if log else "linear"})
    whiskers.follow(axis, values, ends, margin)
    if log:
        style.plain_log(axis)


def _entries(study: Study, rows: pd.DataFrame, styles: dict, colours: dict, published: str) -> list:
    there = set(rows["model"])
    entries = [
        style.handle(
            style.shown(study, build.name, 40),
            marker="s",
            markersize=8,
            color=colours[build.name],
        )
        for build in study.builds()
        if build.name in there
    ]
    if published:
        above = f"with an arrow: above {published_study.WER_ABOVE_PERCENT:g} %"
        label = f"{published};\n{above}"
        entries.append(style.handle(label, marker="o", markerfacecolor="white"))
    if not rows.empty:
        line = {"linestyle": "-", "linewidth": 0.9, "color": style.FADED}
        entries.append(style.handle("Pareto front", **line))
    markers = style.decoding_handles(style.decoding_styles(list(styles)), line=False)
    if rows["parameters"].notna().any():
        low, high = (digits(f(rows["parameters"]) / 1e6) for f in (min, max))
        label = f"size: {low} to {high} million\nparameters in use"
        markers.append(style.handle(label, marker="o", markersize=LARGEST_PT))
    for column, other in ((entries, markers), (markers, entries)):
        column += [style.handle(" ")] * (len(other) - len(column))
    return entries + markers
