"""The figure of power over time: a panel a model, a line a round, idle phases shaded."""

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from asrbench.figures import measured_power, style
from asrbench.study.config import Study
from asrbench.tables import table_csv

ABOVE_IN, ROW_IN = 0.9, 1.5


def draw(tables: Path, study: Study) -> Figure:
    """From power_vs_time.csv."""
    table = table_csv.read(tables, "power_vs_time")
    kept = table[table["power_w"].notna()]
    models = list(dict.fromkeys(kept["model"]))
    if kept.empty:
        return style.without_data(study, measured_power.why_none(table))
    figure = style.new(ABOVE_IN + ROW_IN * len(models))
    panels = figure.subplots(len(models), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    kept, styles, not_drawn = style.drawn(study, kept)
    for axes, model in zip(panels, models, strict=True):
        here = kept[kept["model"] == model]
        axes.set_title(style.shown(study, model, 60), loc="left", fontweight="bold")
        _shade(axes, here)
        for (slug, _), line in here.groupby(["variant", "round"], sort=False):
            middle = (line["time_low_s"] + line["time_high_s"]) / 2
            colour, dashes = style.colours(study)[model], styles[slug][0]
            axes.plot(middle, line["power_w"], color=colour, linestyle=dashes, marker="", lw=1.0)
        axes.set_ylabel("power (W)")
    panels[0].set_ylim(0, 1.12 * kept["power_w"].max())
    scope = ", ".join(dict.fromkeys(kept["scope"]))
    panels[-1].set_xlabel(f"time from the begin of the window (s); {scope}")
    absent = table[table["power_w"].isna()].assign(why=lambda rows: rows["reason"])
    style.note(figure, study, style.absences(absent, "watts"))
    entries = style.decoding_handles(styles, marker=False)
    entries.append(Patch(facecolor=style.GRID, label="idle"))
    style.legend(figure, entries, min(4, len(entries)), not_drawn)
    return figure


def _shade(axes: Axes, rows: pd.DataFrame) -> None:
    """The idle phases: of each, where it lies in all captures."""
    for phase in ("idle_before", "idle_after"):
        spans = rows[rows["phase"] == phase].groupby(["variant", "round"])
        if spans.ngroups:
            low, high = spans["time_low_s"].min().max(), spans["time_high_s"].max().min()
            if high > low:
                axes.axvspan(low, high, color=style.GRID, zorder=0, linewidth=0)
