"""The figure of streaming: waits and backlog against the length of pieces."""

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asrbench.figures import style, whiskers
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv

FIRST, FINAL = (interval_columns.names(f"{name}_mean_s") for name in ("first_partial", "final"))


def draw(tables: Path, study: Study) -> Figure:
    """From streaming.csv."""
    table = table_csv.read(tables, "streaming")
    if table.empty:
        return style.without_data(study, "This study does not measure speech piece by piece.")
    absent = table[table["final_mean_s"].isna()]
    if len(absent) == len(table):
        return style.without_data(study, f"Nothing was streamed: {style.reason(table)}.")
    measured = table[table["final_mean_s"].notna()]
    there = [b.name for b in study.builds() if b.name in set(measured["model"])]
    figure = style.new(3.2 + 0.17 * len(there))
    panels = figure.subplots(1, 3)
    measured, styles, not_drawn = style.drawn(study, measured)
    colours = style.colours(study)
    for (model, slug), rows in measured.groupby(["model", "variant"], sort=False):
        rows = rows.sort_values("piece_s")
        look = (colours[str(model)], *styles[str(slug)])
        for axes, columns in zip(panels, (FIRST, FINAL, ("backlog_p95_s",)), strict=True):
            whiskers.line(axes, rows["piece_s"], rows, columns, look)
    lengths = sorted(set(measured["piece_s"]))
    # Above this line a piece is still being computed when the next has come.
    panels[2].plot(lengths, lengths, color=style.FADED, linewidth=0.9, zorder=1)
    for axes, label, columns in zip(
        panels,
        ("first words (s)", "final text (s)", "backlog (s)"),
        (FIRST, FINAL, ("backlog_p95_s",)),
        strict=True,
    ):
        axes.set_ylabel(label)
        # The line is in view also where every backlog is far above or below it.
        _scale(axes, measured, columns, lengths, lengths if axes is panels[2] else [])
    # What takes whole utterances alone has its reason in the table.
    failed = absent[~absent["reason"].str.startswith("not applicable")]
    waits = "first words: after speech begins; final text: after it ends"
    lacking = style.absences(failed.assign(why=failed["reason"]), "streaming")
    style.note(figure, study, waits, lacking)
    entries = [
        style.handle(style.shown(study, name, 40), color=colours[name], marker="s", markersize=8)
        for name in there
    ]
    drawn = {slug: look for slug, look in styles.items() if slug in set(measured["variant"])}
    entries += style.decoding_handles(drawn, measured["final_low_s"])
    entries.append(style.handle("a piece's own length", linestyle="-", color=style.FADED, lw=0.9))
    style.legend(figure, entries, 2, not_drawn)
    return figure


def _scale(
    axes: Axes,
    rows: pd.DataFrame,
    columns: tuple[str, ...],
    lengths: list[float],
    also: list[float],
) -> None:
    value, *bounds = columns
    values = pd.concat([rows[value], pd.Series(also, dtype=float)])
    axes.set_xlabel("piece (s)")
    axes.set_xscale("log" if len(lengths) > 2 else "linear")
    axes.set_xticks(lengths, [f"{length:g}" for length in lengths], rotation=45)
    axes.minorticks_off()
    log = style.spans_decades(values) and (values.dropna() > 0).all()
    axes.set_yscale("log" if log else "linear")
    whiskers.follow(axes.yaxis, values, rows[bounds])
    whiskers.cut(axes)
    if log:
        style.plain_log(axes.yaxis)
