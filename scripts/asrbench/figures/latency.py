"""The figure of latency: a bar a variant, split into where its time goes."""

from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from asrbench.basics import palette
from asrbench.basics.digits import figure as digits
from asrbench.figures import bar_rows, cost_shape, style, whiskers
from asrbench.study.config import Study
from asrbench.tables import interval_columns, latency_parts, table_csv

LABEL = "mean latency of an utterance (s)"


def draw(tables: Path, study: Study) -> Figure:
    """From latency.csv."""
    table = table_csv.read(tables, "latency")
    measured = table[table["latency_mean_s"].notna()]
    figure, axes, at = cost_shape.panels(study, measured.empty, LABEL, "latency_mean_s")
    style.note(figure, study)
    if measured.empty:
        text = f"No latency was measured: {style.reason(table)}."
        cost_shape.without_figures(axes, text)
        return figure
    _, *bounds = interval_columns.names("latency_mean_s")
    whiskers.follow(axes.xaxis, measured["latency_mean_s"], measured[bounds])
    colours, shown = style.colours(study), dict.fromkeys(latency_parts.SHOWN, False)
    for row in table.to_dict("records"):
        y = at[row["model"], row["variant"]]
        if row["latency_mean_s"] != row["latency_mean_s"]:
            cost_shape.absent(axes, y, row["reason"])
            continue
        mean, low, high = (row[f"latency_{name}_s"] for name in ("mean", "low", "high"))
        whole, left = style.spanned(row, "latency_mean_s"), 0.0
        for part, seconds in latency_parts.bars(row).items():
            name, share, hatch = latency_parts.SHOWN[part]
            shown[part] = True
            (bar,) = axes.barh(
                *(y, seconds),
                left=left,
                height=0.72,
                color=palette.lighter(colours[row["model"]], share),
                edgecolor=style.INK,
                linewidth=0.5,
                hatch=hatch,
            )
            style.mark(bar, row, f"{name} {digits(seconds)} s of {whole}")
            left += seconds
        end = cost_shape.interval(axes, y, mean, low, high)
        bar_rows.write(axes, end, y, digits(mean), style.INK)
    whiskers.cut(axes)
    style.legend(figure, _entries([part for part, there in shown.items() if there]), columns=3)
    return figure


def _entries(parts: list[str]) -> list:
    entries = [
        Patch(
            facecolor=palette.lighter(style.FADED, share),
            edgecolor=style.INK,
            linewidth=0.5,
            hatch=hatch,
            label=name,
        )
        for name, share, hatch in (latency_parts.SHOWN[part] for part in parts)
    ]
    return [*entries, style.handle("95 % interval", linestyle="-", linewidth=1)]
