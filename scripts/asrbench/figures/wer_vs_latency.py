"""The figure of word error rate against latency."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench import figure_style, figure_tradeoff, table_csv
from asrbench.config import Study

COST = ("latency_mean_s", "latency_low_s", "latency_high_s")


def draw(tables: Path, study: Study) -> Figure:
    """From wer.csv, latency.csv and parameters.csv."""
    keys = ["model", "ctc_weight"]
    latency = table_csv.read(tables, "latency")[[*keys, *COST, "reason"]]
    rows = table_csv.read(tables, "wer").merge(latency, on=keys, how="left", suffixes=("", "_x"))
    rows = figure_tradeoff.with_parameters(rows, tables)
    both = rows["wer_percent"].notna() & rows[COST[0]].notna()
    why = rows["reason"].where(rows["wer_percent"].isna(), rows["reason_x"].fillna("no latency"))
    label = "mean latency of an utterance (s)"
    figure = figure_tradeoff.draw(study, rows[both], COST, label, "latency_mean_s")
    absent = figure_style.absences(rows.assign(why=why)[~both], "point")
    figure_style.note(figure, study, absent)
    return figure
