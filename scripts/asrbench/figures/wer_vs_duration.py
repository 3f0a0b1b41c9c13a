"""The figure of word error rate against duration: a row a model, all errors and deletions."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from asrbench.figures import style, whiskers
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv

ABOVE_IN, ROW_IN = 0.9, 1.8


def draw(tables: Path, study: Study) -> Figure:
    """From wer_vs_duration.csv."""
    table = table_csv.read(tables, "wer_vs_duration")
    absent = table[table["wer_percent"].isna()]
    why = absent.assign(why=absent["reason"])[["model", "variant", "why"]]
    models = [name for name in dict.fromkeys(table["model"]) if name not in _empty(table)]
    if not models:
        text = f"There is no word error rate: {style.reason(table)}."
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
            whiskers.line(left, at, line, interval_columns.names("wer_percent"), look)
            whiskers.line(right, at, line, ("deletions_percent",), look)
        left.set_ylabel("word error rate (%)")
        right.set_ylabel("deletions (% of words)")
        # Deletions are a part of all errors, so both have one scale.
        value, *bounds = interval_columns.names("wer_percent")
        left.sharey(right)
        right.set_ylim(-0.03, 1.1)  # where there is no error
        whiskers.follow(right.yaxis, here[value], here[bounds])
        whiskers.cut(left)
    for axes in panels[-1]:
        axes.set_xlabel("mean duration of a class (s)")
    style.note(figure, study, style.absences(why, "WER"))
    entries = style.decoding_handles(styles, table["wer_low_percent"])
    style.legend(figure, entries, min(4, len(entries)), not_drawn)
    return figure


def _empty(table: pd.DataFrame) -> set[str]:
    """Models without any word error rate: they get no panel, and the note says why."""
    there = table.groupby("model")["wer_percent"].apply(lambda values: values.notna().any())
    return set(there[~there].index)
