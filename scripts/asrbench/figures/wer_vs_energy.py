"""The figure of word error rate against energy."""

from pathlib import Path

from matplotlib.figure import Figure

from asrbench import figure_style, figure_tradeoff, measured_power, table_csv
from asrbench.config import Study

COST = tuple(f"energy_per_utterance_study_{part}j" for part in ("", "low_", "high_"))


def draw(tables: Path, study: Study) -> Figure:
    """From wer.csv, energy.csv and parameters.csv."""
    keys = ["model", "ctc_weight"]
    energy = measured_power.rows_of_variants(table_csv.read(tables, "energy")).copy()
    kept, scope, left_out = measured_power.comparable(energy)
    energy.loc[~energy.index.isin(kept.index), list(COST)] = float("nan")
    rows = table_csv.read(tables, "wer").merge(
        energy[[*keys, *COST, "reason"]], on=keys, how="left", suffixes=("", "_x")
    )
    rows = figure_tradeoff.with_parameters(rows, tables)
    both = rows["wer_percent"].notna() & rows[COST[0]].notna()
    why = rows["reason"].where(rows["wer_percent"].isna(), rows["reason_x"].fillna("no energy"))
    label = "energy of an utterance (J)" + (f", {scope}" if scope else "")
    figure = figure_tradeoff.draw(study, rows[both], COST, label, "energy_j")
    if kept.empty:
        lines = [measured_power.why_none(energy)]
    else:
        lines = [left_out, figure_style.absences(rows.assign(why=why)[~both], "point")]
    figure_style.note(figure, study, *lines)
    return figure
