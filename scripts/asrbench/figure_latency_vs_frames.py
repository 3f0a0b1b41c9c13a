"""The figure of latency against input length."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench import figure_length, figure_style, table_csv
from asrbench.config import Study

FIGURES = ("latency_mean_s", "latency_low_s", "latency_high_s")


def draw(tables: Path, study: Study) -> Figure:
    """From latency_vs_frames.csv."""
    table = table_csv.read(tables, "latency_vs_frames")
    absent = table[table["latency_mean_s"].isna()].assign(why=lambda rows: rows["reason"])
    if len(absent) == len(table):
        figure = figure_style.new(2.0)
        axes = figure.subplots()
        axes.set_axis_off()
        reason = next((why for why in table["reason"] if why), "no reason given")
        figure_style.say(axes, f"No latency was measured: {reason}.")
        figure_style.note(figure, study)
        return figure
    figure = figure_length.draw(study, table, FIGURES, "latency (s)")
    figure_style.note(figure, study, figure_style.absences(absent, "latency at some lengths"))
    return figure
