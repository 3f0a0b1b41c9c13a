"""The figure of latency against CPU threads: a row a model, latency and speed-up side by side."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asrbench.figures import style, whiskers
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv

ABOVE_IN, ROW_IN = 0.9, 1.7


def draw(tables: Path, study: Study) -> Figure:
    """From latency_vs_threads.csv."""
    table = table_csv.read(tables, "latency_vs_threads")
    absent = table[table["latency_mean_s"].isna()]
    if table.empty:
        return style.without_data(study, "This study does not sweep over numbers of threads.")
    if len(absent) == len(table):
        return style.without_data(study, f"No latency was measured: {style.reason(table)}.")
    models = list(dict.fromkeys(table["model"]))
    figure = style.new(ABOVE_IN + ROW_IN * len(models))
    panels = figure.subplots(len(models), 2, sharex=True, squeeze=False)
    table, styles, not_drawn = style.drawn(study, table)
    for (left, right), model in zip(panels, models, strict=True):
        here = table[table["model"] == model]
        left.set_title(style.shown(study, model, 40), loc="left", fontweight="bold")
        slugs = list(dict.fromkeys(here["variant"]))
        for place, slug in enumerate(slugs):
            line = here[here["variant"] == slug].sort_values("thread_count")
            # A little apart, so that intervals do not lie on each other.
            beside = 1 + 0.05 * (place - (len(slugs) - 1) / 2)
            at, look = line["thread_count"] * beside, (style.colours(study)[model], *styles[slug])
            whiskers.line(left, at, line, interval_columns.names("latency_mean_s"), look)
            whiskers.line(right, at, line, interval_columns.names("speed_up"), look)
        if here["latency_mean_s"].isna().all():
            for axes in (left, right):
                style.say(axes, "nothing measured", 24)
        left.set_ylabel("latency (s)")
        right.set_ylabel("speed-up")
        _scale(left, here, "latency_mean_s")
        _scale(right, table, "speed_up")  # the same in all, since models are compared by it
    _threads(panels, table)
    for axes in panels.flat:
        whiskers.cut(axes)
    style.note(figure, study, _not_measured(absent))
    linear = style.handle("linear speed-up", linestyle="-", color=style.FADED, lw=0.9)
    entries = [*style.decoding_handles(styles, table["latency_low_s"]), linear]
    style.legend(figure, entries, 3, not_drawn)
    return figure


def _scale(axes: Axes, rows: pd.DataFrame, column: str) -> None:
    value, *bounds = interval_columns.names(column)
    whiskers.follow(axes.yaxis, rows[value], rows[bounds])


def _threads(panels: np.ndarray, table: pd.DataFrame) -> None:
    """The axis of threads, and the speed-up of a program that loses nothing."""
    measured = table[table["latency_mean_s"].notna()]
    counts = sorted({int(count) for count in measured["thread_count"]})
    for axes in panels.flat:
        axes.set_xscale("log", base=2)
        axes.set_xticks(counts, [str(count) for count in counts])
        axes.set_xlim(0.8 * counts[0], 1.25 * counts[-1])
        axes.minorticks_off()
    for axes in panels[:, 1]:
        axes.plot(counts, counts, color=style.FADED, linewidth=0.9, zorder=1)
    for axes in panels[-1]:
        axes.set_xlabel("threads")


def _not_measured(absent: pd.DataFrame) -> str:
    """'not measured: with 4 threads (2 of 2 rows failed: …)', each reason once."""
    told = [
        f"with {', '.join(dict.fromkeys(f'{n:g}' for n in rows['thread_count']))} threads ({why})"
        for why, rows in absent.assign(why=absent["reason"].map(style.briefly)).groupby(
            "why", sort=False
        )
    ]
    rest = f"; {len(told) - 2} more in the table" if len(told) > 2 else ""
    return f"not measured: {'; '.join(told[:2])}{rest}" if told else ""
