"""The figure of the forward pass against batch size: its time, and utterances per second."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asrbench.basics import decades
from asrbench.figures import style as figure_style
from asrbench.figures import without_data
from asrbench.study.config import Study
from asrbench.tables import table_csv


def draw(tables: Path, study: Study) -> Figure:
    """From latency_vs_batch.csv."""
    table = table_csv.read(tables, "latency_vs_batch")
    absent = table[table["forward_mean_s"].isna()]
    if len(absent) == len(table):
        return without_data.draw(study, f"No batch was measured: {without_data.reason(table)}.")
    figure = figure_style.new(2.9 + 0.17 * len(study.builds()))
    left, right = figure.subplots(1, 2)
    for build in study.builds():
        rows = table[table["model"] == build.name].sort_values("batch_size")
        _lines(left, right, rows, study)
    left.set_ylabel("forward pass of the batch (s)")
    right.set_ylabel("utterances per second")
    for axes, column in ((left, "forward_mean_s"), (right, "throughput_utterances_per_s")):
        _scale(axes, table, column)
    sizes = {
        model: ", ".join(f"{size:g}" for size in rows["batch_size"])
        for model, rows in absent.groupby("model", sort=False)
    }
    missing = "; ".join(f"{model} at {text}" for model, text in sizes.items())
    search = "encoder and CTC head, no search"
    figure_style.note(figure, study, search, f"not measured: {missing}" if missing else "")
    styles, colours = figure_style.model_styles(study), figure_style.colours(study)
    entries = [
        figure_style.handle(
            figure_style.shown(study, build.name, 60),
            linestyle=styles[build.name][0],
            marker=styles[build.name][1],
            color=colours[build.name],
        )
        for build in study.builds()
    ]
    if table["forward_low_s"].notna().any():
        entries.append(figure_style.handle("95 % interval", linestyle="-", marker="|", ms=8, lw=1))
    short = all(len(entry.get_label()) < 26 for entry in entries)
    figure_style.legend(figure, entries, columns=2 if short else 1)
    return figure


def _lines(left: Axes, right: Axes, rows: pd.DataFrame, study: Study) -> None:
    model = rows["model"].iloc[0]
    dashes, marker = figure_style.model_styles(study)[model]
    style = {"color": figure_style.colours(study)[model], "linestyle": dashes, "marker": marker}
    mean, low, high = (
        rows[f"forward_{part}_s"].to_numpy(float) for part in ("mean", "low", "high")
    )
    around = np.maximum(np.nan_to_num(np.array([mean - low, high - mean])), 0.0)
    left.errorbar(rows["batch_size"], mean, yerr=around, elinewidth=0.9, capsize=2, **style)
    right.plot(rows["batch_size"], rows["throughput_utterances_per_s"], **style)


def _scale(axes: Axes, table: pd.DataFrame, column: str) -> None:
    sizes = sorted(set(table["batch_size"]))
    axes.set_xlabel("batch size (utterances)")
    if decades.spanned(table["batch_size"], 4):
        axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
    axes.minorticks_off()
    if decades.spanned(table[column]):
        axes.set_yscale("log")
        figure_style.plain_log(axes.yaxis)
    else:
        tops = table[[column, "forward_high_s"] if column == "forward_mean_s" else [column]]
        axes.set_ylim(0, 1.08 * tops.max().max())
