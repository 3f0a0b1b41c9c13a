"""The figure of a comparison: mean latency of each variant on each device."""

import pandas as pd
from matplotlib.figure import Figure

from asrbench import decades, figure_cost, figure_rows, figure_style, palette
from asrbench.compare_rows import PUBLISHED
from asrbench.digits import figure as digits

LABEL = "mean latency of an utterance (s)"
_WIDTH = 28  # characters of a device's name


def draw(rows: pd.DataFrame) -> Figure:
    """From the rows of compare/latency; a device without a variant is told in its row."""
    devices = list(dict.fromkeys(rows["device"]))
    pairs = [
        (f"{row['model']}|{row['ctc_weight']}", row["device"]) for row in rows.to_dict("records")
    ]
    layout = figure_rows.lay_out(pairs)
    figure = figure_style.new(layout.height_in + 1.0)
    axes = figure.subplots()
    figure_rows.prepare(axes, layout, _heads(rows), {name: _short(name) for name in devices})
    measured = rows["latency_mean_s"].dropna()
    if decades.spanned(measured):
        axes.set_xscale("log")
        axes.set_xlim(0.5 * measured.min(), 3 * measured.max())
        figure_style.plain_log(axes.xaxis)
    elif not measured.empty:
        axes.set_xlim(0, 1.25 * max(measured.max(), rows["latency_high_s"].max()))
    left = axes.get_xlim()[0]
    colours = palette.of_models(devices)
    for pair, row in zip(pairs, rows.to_dict("records"), strict=True):
        y, mean = layout.at[pair], row["latency_mean_s"]
        if mean != mean:
            why = figure_style.briefly(row["reason"], 50)
            figure_rows.write(axes, left, y, why, figure_style.FADED)
            continue
        hollow = row["device"] == PUBLISHED
        colour = figure_style.FADED if hollow else colours[row["device"]]
        axes.hlines(y, left, mean, color=figure_style.GRID, linewidth=2)
        axes.plot(mean, y, "o", color=colour, mfc="white" if hollow else colour, mew=1.3, zorder=4)
        end = figure_cost.interval(axes, y, mean, row["latency_low_s"], row["latency_high_s"])
        figure_rows.write(axes, end, y, _words(row), figure_style.INK)
    axes.set_xlabel(LABEL)
    figure_style.legend(figure, [figure_style.handle("95 % interval", linestyle="-")], columns=1)
    return figure


def _heads(rows: pd.DataFrame) -> dict[str, str]:
    heads = {}
    for row in rows.to_dict("records"):
        random = " (random weights)" if row["weights"] == "random" else ""
        name = f"{row['model']}{random}, CTC {row['ctc_weight']}"
        heads[f"{row['model']}|{row['ctc_weight']}"] = name
    return heads


def _short(name: str) -> str:
    return name if len(name) <= _WIDTH else f"…{name[1 - _WIDTH :]}"


def _words(row: dict) -> str:
    """'2.17', and the ratio to the first device where there is one."""
    mean, ratio = digits(row["latency_mean_s"]), row["ratio"]
    if ratio != ratio:
        return mean
    low, high = row["ratio_low"], row["ratio_high"]
    interval = "" if low != low else f" [{digits(low)}, {digits(high)}]"
    return f"{mean}   × {digits(ratio)}{interval}"
