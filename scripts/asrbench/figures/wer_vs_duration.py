"""The figure of the error rate against duration: a row a model, all errors and deletions."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from asrbench.figures import style, whiskers
from asrbench.study.config import Study
from asrbench.tables import error_rate, table_csv

ABOVE_IN, ROW_IN = 0.9, 1.8


def draw(tables: Path, study: Study) -> Figure:
    """From wer_vs_duration.csv."""
    table = table_csv.read(tables, "wer_vs_duration")
    rate = error_rate.of(table)
    absent = table[table[rate.column].isna()]
    why = absent.assign(why=absent["reason"])[["model", "variant", "why"]]
    models = [
        name for name in dict.fromkeys(table["model"]) if name not in _empty(table, rate.column)
    ]
    if not models:
        text = f"There is no {rate.words}: {style.reason(table)}."
        return style.without_data(study, text)
    figure = style.new(ABOVE_IN + ROW_IN * len(models))
    panels = figure.subplots(len(models), 2, sharex=True, squeeze=False)
    table, styles, not_drawn = style.drawn(study, table)
    for (left, right), model in zip(panels, models, strict=True):
        left.set_title(style.shown(study, model, 40), loc="left", fontweight="bold")
        here = table[table["model"] == model]
        for slug in dict.fromkeys(here["variant"]):
            line = here[here["variant"] == slug].sort_values("duration_mean_s")
            at, look = line["duration_mean_s"], (style.colours(study)[model], *styles[slug])
            whiskers.line(left, at, line, rate.columns, look)
            whiskers.line(right, at, line, ("deletions_percent",), look)
        left.set_ylabel(f"{rate.words} (%)")
        right.set_ylabel(f"deletions (% of {rate.counted})")
        # Deletions are a part of all errors, so both have one scale.
        value, *bounds = rate.columns
        left.sharey(right)
        right.set_ylim(-0.03, 1.1)  # where there is no error
        whiskers.follow(right.yaxis, here[value], here[bounds])
        whiskers.cut(left)
    for axes in panels[-1]:
        axes.set_xlabel("mean duration of a class (s)")
    style.note(figure, study, style.absences(why, rate.short))
    entries = style.decoding_handles(styles, table[rate.columns[1]])
    style.legend(figure, entries, min(4, len(entries)), not_drawn)
    return figure


def _empty(table: pd.DataFrame, rate: str) -> set[str]:
    """Models without any error rate: they get no panel, and the note says why."""
    there = table.groupby("model")[rate].apply(lambda values: values.notna().any())
    return set(there[~there].index)
