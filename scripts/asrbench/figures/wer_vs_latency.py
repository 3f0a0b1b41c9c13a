"""The figure of word error rate against latency."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench.figures import style, tradeoff_shape
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv

COST = interval_columns.names("latency_mean_s")


def draw(tables: Path, study: Study) -> Figure:
    """From wer.csv, latency.csv and parameters.csv."""
    rows, absent = tradeoff_shape.joined(tables, table_csv.read(tables, "latency"), COST, "latency")
    label = "mean latency of an utterance (s)"
    figure = tradeoff_shape.draw(study, rows, COST, label, "latency_mean_s")
    style.note(figure, study, style.absences(absent, "point"))
    return figure
