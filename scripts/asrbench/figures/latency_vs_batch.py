"""The figure of the forward pass against batch size: its time, and utterances per second."""

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asrbench.figures import style, whiskers
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv


def draw(tables: Path, study: Study) -> Figure:
    """From latency_vs_batch.csv."""
    table = table_csv.read(tables, "latency_vs_batch")
    absent = table[table["forward_mean_s"].isna()]
    if len(absent) == len(table):
        return style.without_data(study, f"No batch was measured: {style.reason(table)}.")
    figure = style.new(2.9 + 0.17 * len(study.builds()))
    left, right = figure.subplots(1, 2)
    looks = {
        name: (colour, *style.model_styles(study)[name])
        for name, colour in style.colours(study).items()
    }
    for name, look in looks.items():
        rows = table[table["model"] == name].sort_values("batch_size")
        forward = interval_columns.names("forward_mean_s")
        whiskers.line(left, rows["batch_size"], rows, forward, look)
        whiskers.line(right, rows["batch_size"], rows, ("throughput_utterances_per_s",), look)
    left.set_ylabel("forward pass of the batch (s)")
    right.set_ylabel("utterances per second")
    _scale(left, table, interval_columns.names("forward_mean_s"))
    _scale(right, table, ("throughput_utterances_per_s",))
    sizes = {
        model: ", ".join(f"{size:g}" for size in rows["batch_size"])
        for model, rows in absent.groupby("model", sort=False)
    }
    missing = "; ".join(f"{model} at {text}" for model, text in sizes.items())
    search = "encoder and CTC head, no search"
    style.note(figure, study, search, f"not measured: {missing}" if missing else "")
    entries = [
        style.handle(style.shown(study, name, 60), color=colour, linestyle=dashes, marker=marker)
        for name, (colour, dashes, marker) in looks.items()
    ]
    entries += style.decoding_handles({}, table["forward_low_s"])
    short = all(len(entry.get_label()) < 26 for entry in entries)
    style.legend(figure, entries, columns=2 if short else 1)
    return figure


def _scale(axes: Axes, table: pd.DataFrame, columns: tuple[str, ...]) -> None:
    value, *bounds = columns
    sizes = sorted(set(table["batch_size"]))
    axes.set_xlabel("batch size (utterances)")
    if style.spans_decades(table["batch_size"], 4):
        axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
    axes.minorticks_off()
    log = style.spans_decades(table[value])
    axes.set_yscale("log" if log else "linear")
    whiskers.follow(axes.yaxis, table[value], table[bounds])
    whiskers.cut(axes)
    if log:
        style.plain_log(axes.yaxis)
