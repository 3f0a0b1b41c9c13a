"""The chart of a figure against the length of the input: a line a variant."""

import altair as alt
import pandas as pd

from asrbench.basics import decades
from asrbench.basics.digits import figure as digits
from asrbench.report import chart as report_chart
from asrbench.report.facts import Facts
from asrbench.report.names import variant
from asrbench.tables.table_markdown import Column, cell

_KEPT = ["model", "ctc_weight", "length_frames", "duration_s"]


def draw(
    facts: Facts, rows: pd.DataFrame, shown: Column, growth: dict[tuple[str, str], str]
) -> dict:
    """Draw value and interval at each length.

    Args:
        rows: model, ctc_weight, length_frames, duration_s and the columns of
            ``shown``, whose value is there in every row.
        shown: value, low and high; its head is the y axis.
        growth: words about the line of a (model, CTC weight), for its tooltips.
    """
    rows = rows[[*_KEPT, shown.value, shown.low, shown.high]]
    low, high = (rows[name].fillna(rows[shown.value]) for name in (shown.low, shown.high))
    log_x, log_y = decades.spanned(rows["length_frames"], 8), decades.spanned(rows[shown.value])
    low = low.where(low > 0, rows[shown.value]) if log_y else low
    records = [
        row
        | {
            "variant": variant(row),
            "said": cell(row, shown),
            "growth": growth.get((row["model"], row["ctc_weight"]), "not fitted"),
            "audio": f"{digits(row['duration_s'])} s" if pd.notna(row["duration_s"]) else "–",
            "fill": facts.colours[row["model"]],
        }
        for row in rows.assign(low=low, high=high).to_dict("records")
    ]
    frames = rows["length_frames"]
    x = alt.X(
        "length_frames:Q",
        title="input length (frames)",
        scale=report_chart.scale(frames, frames, log_x),
        axis=report_chart.axis(log_x),
    )
    y = {
        "title": shown.head,
        "scale": report_chart.scale(low, high, log_y, room=1.2),
        "axis": report_chart.axis(log_y),
    }
    fill = alt.Color("fill:N", scale=None, legend=None)
    opacity = report_chart.chosen()
    dashes = report_chart.dashes(facts.weights)
    shapes = report_chart.shapes(facts.weights)
    chart = alt.Chart(report_chart.values(records))
    whiskers = alt.Chart(report_chart.values([r for r in records if pd.notna(r[shown.low])]))
    tooltip = [
        alt.Tooltip("variant:N", title="variant"),
        alt.Tooltip("length_frames:Q", title="frames"),
        alt.Tooltip("audio:N", title="audio"),
        alt.Tooltip("said:N", title=shown.head),
        *([alt.Tooltip("growth:N", title="growth")] if growth else []),
    ]
    layers = [
        chart.mark_line(strokeWidth=1.8).encode(
            x=x,
            y=alt.Y(f"{shown.value}:Q", **y),
            color=fill,
            detail=["model:N", "ctc_weight:N"],
            strokeDash=alt.StrokeDash(
                "ctc_weight:N",
                scale=alt.Scale(domain=list(dashes), range=list(dashes.values())),
                legend=None,
            ),
            opacity=opacity,
        ),
        whiskers.mark_rule(strokeWidth=1.2).encode(
            x=x, y=alt.Y("low:Q", **y), y2="high", color=fill, opacity=opacity, tooltip=tooltip
        ),
        chart.mark_point(filled=True, size=60, stroke="white", strokeWidth=0.6).encode(
            x=x,
            y=alt.Y(f"{shown.value}:Q", **y),
            color=fill,
            shape=alt.Shape(
                "ctc_weight:N",
                scale=alt.Scale(domain=list(shapes), range=list(shapes.values())),
                legend=None,
            ),
            opacity=opacity,
            tooltip=tooltip,
        ),
    ]
    return report_chart.spec(layers, 340)
