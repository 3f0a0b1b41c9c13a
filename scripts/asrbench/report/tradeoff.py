"""The chart of word error rate against a cost: a mark a variant, and the Pareto front."""

import altair as alt
import pandas as pd

from asrbench.basics import decades
from asrbench.basics.digits import figure as digits
from asrbench.basics.palette import FADED, INK
from asrbench.report import chart
from asrbench.report.facts import Facts
from asrbench.report.names import variant
from asrbench.statistics import pareto
from asrbench.tables.table_markdown import Column, cell, spanned

WER = spanned("word error rate (%)", "wer_percent")
_LARGEST_PX2 = 700
_KEPT = [
    *("model", "ctc_weight", "variant", "fill", "area", "on_front"),
    *("cost_said", "wer_said", "parameters_said"),
]


def draw(facts: Facts, rows: pd.DataFrame, cost: Column) -> dict:
    """Draw the variants; the area of a mark stands for the parameters that are in use.

    Args:
        rows: model, ctc_weight, parameters_used, and the columns of ``cost`` and
            of word error rate, both of which are there in every row.
        cost: value, low and high; its head is the x axis.
    """
    rows = rows.assign(
        variant=[variant(row) for row in rows.to_dict("records")],
        fill=rows["model"].map(facts.colours),
        cost_said=[cell(row, cost) for row in rows.to_dict("records")],
        wer_said=[cell(row, WER) for row in rows.to_dict("records")],
        parameters_said=[
            digits(int(count)) if pd.notna(count) else "not counted"
            for count in rows["parameters_used"]
        ],
        area=rows["parameters_used"].astype(float),
        on_front=pareto.front(rows, [cost.value, WER.value]).map({True: "yes", False: "no"}),
    )
    rows = rows[[*_KEPT, *(c for s in (cost, WER) for c in (s.value, s.low, s.high))]]
    x_scale, x_axis, rows = _axis(rows, cost)
    y_scale, y_axis, rows = _axis(rows, WER)
    x = {"title": cost.head, "scale": x_scale, "axis": x_axis}
    y = {"title": WER.head, "scale": y_scale, "axis": y_axis}
    fill = alt.Color("fill:N", scale=None, legend=None)
    opacity = chart.chosen()
    records = rows.to_dict("records")
    wide = [row for row in records if pd.notna(row[cost.low])]
    tall = [row for row in records if pd.notna(row[WER.low])]
    front = rows[rows["on_front"] == "yes"].sort_values([cost.value, WER.value])
    line = alt.Chart(chart.values(front.to_dict("records")))
    points = alt.Chart(chart.values(records))
    tooltip = [
        alt.Tooltip("variant:N", title="variant"),
        alt.Tooltip("wer_said:N", title=WER.head),
        alt.Tooltip("cost_said:N", title=cost.head),
        alt.Tooltip("parameters_said:N", title="parameters in use"),
        alt.Tooltip("on_front:N", title="on this front"),
    ]
    layers = [
        line.mark_line(
            interpolate="step-after", color=FADED, strokeDash=[4, 3], strokeWidth=1.2
        ).encode(x=alt.X(f"{cost.value}:Q", **x), y=alt.Y(f"{WER.value}:Q", **y)),
        alt.Chart(chart.values(wide))
        .mark_rule(strokeWidth=1.2)
        .encode(
            x=alt.X(f"{cost.low}:Q", **x),
            x2=cost.high,
            y=alt.Y(f"{WER.value}:Q", **y),
            color=fill,
            opacity=opacity,
            tooltip=tooltip,
        ),
        alt.Chart(chart.values(tall))
        .mark_rule(strokeWidth=1.2)
        .encode(
            x=alt.X(f"{cost.value}:Q", **x),
            y=alt.Y(f"{WER.low}:Q", **y),
            y2=WER.high,
            color=fill,
            opacity=opacity,
            tooltip=tooltip,
        ),
        points.mark_point(filled=True, stroke=INK, strokeWidth=0.6).encode(
            x=alt.X(f"{cost.value}:Q", **x),
            y=alt.Y(f"{WER.value}:Q", **y),
            color=fill,
            shape=_shape(facts),
            size=_area(rows["area"]),
            opacity=chart.chosen(0.85),
            tooltip=tooltip,
        ),
    ]
    return chart.spec(layers, 340)


def _axis(rows: pd.DataFrame, shown: Column) -> tuple[alt.Scale, alt.Axis, pd.DataFrame]:
    """Scale and axis of one figure; on a logarithmic one no interval reaches down to 0."""
    log = decades.spanned(rows[shown.value])
    lows = rows[shown.low].fillna(rows[shown.value])
    if log:
        lows = lows.where(lows > 0, rows[shown.value])
    highs = rows[shown.high].fillna(rows[shown.value])
    scale = chart.scale(lows, highs, log, room=1.25 if log else 1.12)
    if log:
        bottom = scale.to_dict()["domain"][0]
        rows = rows.copy()
        rows[shown.low] = rows[shown.low].clip(lower=bottom)
    return scale, chart.axis(log), rows


def _shape(facts: Facts) -> alt.Shape:
    shapes = chart.shapes(facts.weights)
    scale = alt.Scale(domain=list(shapes), range=list(shapes.values()))
    return alt.Shape("ctc_weight:N", scale=scale, legend=None)


def _area(parameters: pd.Series) -> alt.Size:
    """The area of a mark, in proportion to its parameters but never too small to be seen."""
    largest = float(parameters.max()) if parameters.notna().any() else 1.0
    scale = alt.Scale(domain=[0, largest], range=[45, _LARGEST_PX2], nice=False)
    return alt.Size("area:Q", scale=scale, legend=None)
