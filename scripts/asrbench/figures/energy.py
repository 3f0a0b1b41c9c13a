"""The figure of energy: watts × latency as a bar, the integral of the window as a diamond."""

from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from asrbench.basics import palette
from asrbench.basics.digits import figure as digits
from asrbench.figures import bar_rows, cost_shape, measured_power, style, whiskers
from asrbench.study.config import Study
from asrbench.tables import table_csv

BAR, DIAMOND = "energy_per_utterance_study", "energy_per_utterance_integral"


def draw(tables: Path, study: Study) -> Figure:
    """From energy.csv."""
    table = measured_power.rows_of_variants(table_csv.read(tables, "energy"))
    kept, scope, left_out = measured_power.comparable(table)
    label = "energy of an utterance (J)"
    figure, axes, at = cost_shape.panels(study, kept.empty, label, "energy_j")
    style.note(figure, study, left_out)
    if kept.empty:
        cost_shape.without_figures(axes, measured_power.why_none(table))
        return figure
    axes.set_xlabel(f"{label}, {scope}" if scope else label)
    drawn = kept[[f"{BAR}_j", f"{DIAMOND}_j"]].max(axis=1)
    whiskers.follow(axes.xaxis, drawn, kept[[f"{BAR}_low_j", f"{BAR}_high_j"]], margin=1.28)
    colours = style.colours(study)
    for index, row in table.iterrows():
        y = at[row["model"], row["variant"]]
        if index not in kept.index:
            other = "another meter or scope" if row["power_status"] == "measured" else ""
            cost_shape.absent(axes, y, other or row["reason"])
            continue
        ends = [0.0]
        if row[f"{BAR}_j"] > 0:
            (bar,) = axes.barh(
                *(y, row[f"{BAR}_j"]),
                height=0.72,
                color=palette.lighter(colours[row["model"]], 0.35),
                edgecolor=style.INK,
                linewidth=0.5,
            )
            bounds = (row[f"{BAR}_{name}j"] for name in ("", "low_", "high_"))
            style.mark(bar, row, f"watts × latency {style.spanned(row, f'{BAR}_j')}")
            ends.append(cost_shape.interval(axes, y, *bounds))
        if row[f"{DIAMOND}_j"] > 0:
            axes.plot(row[f"{DIAMOND}_j"], y, "D", mfc="white", mec=style.INK, ms=4, zorder=4)
            ends.append(1.02 * row[f"{DIAMOND}_j"])
        energy = f"{digits(row[f'{BAR}_j'])} J, " if row[f"{BAR}_j"] > 0 else ""
        power = f"{energy}{digits(row['power_mean_w'])} W"
        bar_rows.write(axes, max(ends), y, " " + power, style.INK)
    whiskers.cut(axes)
    style.legend(figure, _entries(), columns=3)
    return figure


def _entries() -> list:
    grey = palette.lighter(style.FADED, 0.35)
    diamond = {"marker": "D", "markerfacecolor": "white", "markersize": 4}
    return [
        Patch(
            facecolor=grey,
            edgecolor=style.INK,
            linewidth=0.5,
            label="watts × latency",
        ),
        style.handle("integral / inferences", **diamond),
        style.handle("95 % interval", linestyle="-", linewidth=1),
    ]
