"""The figure of word error rate against energy."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench.figures import measured_power, style, tradeoff_shape
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv

COST = interval_columns.names("energy_per_utterance_study_j")


def draw(tables: Path, study: Study) -> Figure:
    """From wer.csv, energy.csv and parameters.csv."""
    energy = measured_power.rows_of_variants(table_csv.read(tables, "energy")).copy()
    kept, scope, left_out = measured_power.comparable(energy)
    energy.loc[~energy.index.isin(kept.index), list(COST)] = float("nan")
    rows, absent = tradeoff_shape.joined(tables, energy, COST, "energy")
    label = "energy of an utterance (J)" + (f", {scope}" if scope else "")
    figure = tradeoff_shape.draw(study, rows, COST, label, "energy_j")
    if kept.empty:
        lines = [measured_power.why_none(energy)]
    else:
        lines = [left_out, style.absences(absent, "point")]
    style.note(figure, study, *lines)
    return figure
