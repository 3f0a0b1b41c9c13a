"""The figure of word error rate against duration: a row a model, all errors and deletions."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asrbench.figures import style as figure_style
from asrbench.figures import without_data
from asrbench.study.config import Study
from asrbench.tables import table_csv

ABOVE_IN, ROW_IN = 0.9, 1.8


def draw(tables: Path, study: Study) -> Figure:
    """From wer_vs_duration.csv."""
    table = table_csv.read(tables, "wer_vs_duration")
    absent = table[table["wer_percent"].isna()]
    why = absent.assign(why=absent["reason"])[["model", "variant", "why"]]
    models = [name for name in dict.fromkeys(table["model"]) if name not in _empty(table)]
    if not models:
        text = f"There is no word error rate: {without_data.reason(table)}."
        return without_data.draw(study, text)
    figure = figure_style.new(ABOVE_IN + ROW_IN * len(models))
    panels = figure.subplots(len(models), 2, sharex=True, squeeze=False)
    table, styles, not_drawn = figure_style.drawn(study, table)
    for (left, right), model in zip(panels, models, strict=True):
        left.set_title(figure_style.shown(study, model, 40), loc="left", fontweight="bold")
        here = table[table["model"] == model]
        for slug in dict.fromkeys(here["variant"]):
            line = here[here["variant"] == slug].sort_values("duration_mean_s")
            style = (figure_style.colours(study)[model], *styles[slug])
            _line(left, line, "wer_percent", ("wer_low_percent", "wer_high_percent"), style)
            _line(right, line, "deletions_percent", None, style)
        left.set_ylabel("word error rate (%)")
        right.set_ylabel("deletions (% of words)")
        for axes, column in ((left, "wer_high_percent"), (right, "deletions_percent")):
            top = np.nanmax([here[column].max(), here["wer_percent"].max(), 1.0])
            axes.set_ylim(-0.03 * top, 1.1 * top)
    for axes in panels[-1]:
        axes.set_xlabel("mean duration of a class (s)")
    figure_style.note(figure, study, figure_style.absences(why, "WER"))
    entries = figure_style.decoding_handles(styles)
    if table["wer_low_percent"].notna().any():
        entries.append(figure_style.handle("95 % interval", linestyle="-", marker="|", ms=8, lw=1))
    figure_style.legend(figure, entries, min(4, len(entries)), not_drawn)
    return figure


def _empty(table: pd.DataFrame) -> set[str]:
    """Models without any word error rate: they get no panel, and the note says why."""
    there = table.groupby("model")["wer_percent"].apply(lambda values: values.notna().any())
    return set(there[~there].index)


def _line(
    axes: Axes, line: pd.DataFrame, value: str, interval: tuple[str, str] | None, style: tuple
) -> None:
    colour, dashes, marker = style
    bars = None
    if interval is not None:
        low, high = (line[column] for column in interval)
        around = np.array([line[value] - low, high - line[value]], dtype=float)
        bars = np.maximum(np.nan_to_num(around), 0.0)
    axes.errorbar(
        *(line["duration_mean_s"], line[value]),
        yerr=bars,
        color=colour,
        linestyle=dashes,
        marker=marker,
        elinewidth=0.9,
        capsize=2,
    )
