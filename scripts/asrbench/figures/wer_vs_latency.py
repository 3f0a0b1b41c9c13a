"""The figure of word error rate against latency."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench.figures import style, tradeoff_shape
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv

COST = interval_columns.names("latency_mean_s")


def draw(tables: Path, study: Study) -> Figure:
    """From wer.csv, latency.csv and parameters.csv."""
    keys = ["model", "variant"]
    latency = table_csv.read(tables, "latency")[[*keys, *COST, "reason"]]
    rows = table_csv.read(tables, "wer").merge(latency, on=keys, how="left", suffixes=("", "_x"))
    rows = tradeoff_shape.with_parameters(rows, tables)
    both = rows["wer_percent"].notna() & rows[COST[0]].notna()
    why = rows["reason"].where(rows["wer_percent"].isna(), rows["reason_x"].fillna("no latency"))
    label = "mean latency of an utterance (s)"
    figure = tradeoff_shape.draw(study, rows[both], COST, label, "latency_mean_s")
    absent = style.absences(rows.assign(why=why)[~both], "point")
    style.note(figure, study, absent)
    return figure
