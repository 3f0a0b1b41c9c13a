"""The figure of latency against input length."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench.figures import length_shape, style
from asrbench.study import engine_axes
from asrbench.study.config import Study
from asrbench.tables import interval_columns, latency_growth, table_csv

FIGURES = interval_columns.names("latency_mean_s")


def draw(tables: Path, study: Study) -> Figure:
    """From latency_vs_frames.csv, and the exponents from latency_growth.csv."""
    table = table_csv.read(tables, "latency_vs_frames")
    absent = table[table["latency_mean_s"].isna()].assign(why=lambda rows: rows["reason"])
    if len(absent) == len(table):
        return style.without_data(study, f"No latency was measured: {style.reason(table)}.")
    growth = latency_growth.as_words(table_csv.read(tables, "latency_growth"), "∝ n^")
    figure = length_shape.draw(study, table, FIGURES, "latency (s)", growth)
    style.note(
        figure,
        study,
        "∝ n^x: fitted growth with the input length n, and the 95 % interval of x"
        if growth
        else "",
        style.absences(absent, "latency at some lengths"),
        _padding(study),
    )
    return figure


def _padding(study: Study) -> str:
    padded = [build.name for build in study.builds() if build["engine"] in engine_axes.PADDED]
    return f"input is padded to 30 s ({', '.join(padded)})" if padded else ""
