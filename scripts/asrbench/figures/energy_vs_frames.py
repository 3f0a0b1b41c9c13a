"""The figure of energy against input length: mean watts × latency at that length."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench.figures import length_shape, measured_power, style
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv

FIGURES = interval_columns.names("energy_study_j")


def draw(tables: Path, study: Study) -> Figure:
    """From energy_vs_frames.csv."""
    table = table_csv.read(tables, "energy_vs_frames")
    kept, scope, left_out = measured_power.comparable(table)
    if kept["energy_study_j"].isna().all():
        return style.without_data(study, measured_power.why_none(table))
    shown = table.copy()
    shown.loc[~shown.index.isin(kept.index), list(FIGURES)] = float("nan")
    absent = table[table["energy_study_j"].isna()].assign(why=lambda rows: rows["reason"])
    label = f"energy (J), {scope}" if scope else "energy (J)"
    figure = length_shape.draw(study, shown, FIGURES, label)
    lines = (left_out, style.absences(absent, "energy at some lengths"))
    style.note(figure, study, *lines)
    return figure
