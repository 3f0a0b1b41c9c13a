"""The figure of energy against input length: mean watts × latency at that length."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench import figure_length, figure_style, measured_power, table_csv
from asrbench.config import Study

FIGURES = ("energy_study_j", "energy_study_low_j", "energy_study_high_j")


def draw(tables: Path, study: Study) -> Figure:
    """From energy_vs_frames.csv."""
    table = table_csv.read(tables, "energy_vs_frames")
    kept, scope, left_out = measured_power.comparable(table)
    if kept["energy_study_j"].isna().all():
        figure = figure_style.new(2.0)
        axes = figure.subplots()
        axes.set_axis_off()
        figure_style.say(axes, measured_power.why_none(table))
        figure_style.note(figure, study)
        return figure
    shown = table.copy()
    shown.loc[~shown.index.isin(kept.index), list(FIGURES)] = float("nan")
    absent = table[table["energy_study_j"].isna()].assign(why=lambda rows: rows["reason"])
    label = f"energy (J), {scope}" if scope else "energy (J)"
    figure = figure_length.draw(study, shown, FIGURES, label)
    lines = (left_out, figure_style.absences(absent, "energy at some lengths"))
    figure_style.note(figure, study, *lines)
    return figure
