"""The figure of latency against input length."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from asrbench.figures import length_shape, style, without_data
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv

FIGURES = interval_columns.names("latency_mean_s")


def draw(tables: Path, study: Study) -> Figure:
    """From latency_vs_frames.csv, and the exponents from latency_growth.csv."""
    table = table_csv.read(tables, "latency_vs_frames")
    absent = table[table["latency_mean_s"].isna()].assign(why=lambda rows: rows["reason"])
    if len(absent) == len(table):
        return without_data.draw(study, f"No latency was measured: {without_data.reason(table)}.")
    growth = growth_words(table_csv.read(tables, "latency_growth"), "∝ n^")
    figure = length_shape.draw(study, table, FIGURES, "latency (s)", growth)
    style.note(
        figure,
        study,
        "∝ n^x: fitted growth with the input length n, and the 95 % interval of x"
        if growth
        else "",
        style.absences(absent, "latency at some lengths"),
    )
    return figure


def growth_words(table: pd.DataFrame, before: str) -> dict[tuple[str, str], str]:
    """Words about each variant's whole latency, where an exponent could be fitted.

    Args:
        table: latency_growth.
        before: what the exponent is written behind.
    """
    fitted = table[(table["part"] == "latency") & table["exponent"].notna()]
    words = {}
    for row in fitted.to_dict("records"):
        text = f"{before}{row['exponent']:.2f}"
        if pd.notna(row["exponent_low"]):
            text += f" [{row['exponent_low']:.2f}, {row['exponent_high']:.2f}]"
        words[row["model"], row["ctc_weight"]] = text
    return words
