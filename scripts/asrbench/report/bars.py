"""The charts of latency and energy: a bar a variant, below the name of its model."""

import altair as alt
import pandas as pd

from asrbench.basics import palette
from asrbench.basics.digits import figure as digits
from asrbench.basics.palette import FADED, INK
from asrbench.report import chart as report_chart
from asrbench.report.facts import Facts
from asrbench.report.names import NO_REASON, variant
from asrbench.tables import latency_parts
from asrbench.tables.table_markdown import Column, cell

ROW_PX = 21


def draw(
    facts: Facts, rows: pd.DataFrame, shown: Column, parts: dict[str, tuple[str, float]]
) -> dict:
    """Draw value and interval of each variant; a variant without has its reason in its row.

    Args:
        rows: model, ctc_weight, ``why`` and the columns of ``shown`` and ``parts``;
            at least one value is there.
        shown: value, low and high; its head is the x axis.
        parts: columns that make up the value: name and lightness.
    """
    bars, ends, names, absent = [], [], [], []
    places: list[str] = []
    for model, group in rows.groupby("model", sort=False):
        places.append(f"{len(places)}|")
        random = " (random weights)" if model in facts.random else ""
        names.append({"row": places[-1], "model": model, "name": f"{model}{random}"})
        for row in group.to_dict("records"):
            places.append(f"{len(places)}|CTC {row['ctc_weight']}")
            who = {k: row[k] for k in ("model", "ctc_weight")} | {"row": places[-1]}
            if pd.isna(row[shown.value]):
                absent.append(who | {"why": row["why"] or NO_REASON})
                continue
            who |= {"variant": variant(row), "whole": cell(row, shown)}
            bars += _parts(who, row, parts, facts.colours[model])
            low, high = (row[name] for name in (shown.low, shown.high))
            end = max(row[shown.value], high if pd.notna(high) else 0.0)
            text = digits(row[shown.value])
            ends.append(who | {"low": low, "high": high, "end": end, "text": text})
    top = 1.16 * max(row["end"] for row in ends) or 1.0
    y = alt.Y(
        "row:N",
        sort=None,
        scale=alt.Scale(domain=places),
        axis=alt.Axis(
            title=None,
            labelPadding=6,
            labelExpr="split(datum.label, '|')[1]",
            ticks=False,
            domain=False,
            grid=False,
        ),
    )
    across = {
        "title": shown.head,
        "scale": alt.Scale(domain=[0, top], nice=False),
        "axis": alt.Axis(tickCount=5),
    }
    tooltip = [
        alt.Tooltip("variant:N", title="variant"),
        alt.Tooltip("whole:N", title=shown.head),
        *([alt.Tooltip("part:N", title="of which")] if len(parts) > 1 else []),
    ]
    bar = alt.Chart(report_chart.values(bars)).mark_bar(
        stroke=INK, strokeWidth=0.5, height={"band": 0.72}
    )
    interval = alt.Chart(report_chart.values([row for row in ends if pd.notna(row["low"])]))
    layers = [
        bar.encode(
            y=y,
            x=alt.X("from:Q", **across),
            x2="to",
            color=alt.Color("fill:N", scale=None, legend=None),
            opacity=report_chart.chosen(),
            tooltip=tooltip,
        ),
        *_interval(interval, y, across, tooltip[:2]),
        alt.Chart(report_chart.values(ends))
        .mark_text(align="left", dx=6, fontSize=12, color=INK)
        .encode(y=y, x=alt.X("end:Q", **across), text="text:N", opacity=report_chart.chosen()),
        _words(names, "name", y, fontWeight="bold", color=INK, x=0),
        _words(absent, "why", y, color=FADED, x=4),
    ]
    return report_chart.spec(layers, ROW_PX * len(places))


def latency_parts_shown() -> dict[str, tuple[str, float]]:
    """Columns of the parts of latency."""
    shown = latency_parts.SHOWN.items()
    return {f"{part}_mean_s": (name, share) for part, (name, share, _) in shown}


def _parts(who: dict, row: dict, parts: dict, colour: str) -> list[dict]:
    """One span after the other, as wide as the parts are."""
    spans, left = [], 0.0
    for column, (name, share) in parts.items():
        if row[column] > 0:
            span = {"from": left, "to": left + row[column]}
            fill = palette.lighter(colour, share)
            part = f"{name} {digits(row[column])}"
            spans.append(who | span | {"fill": fill, "part": part})
            left += row[column]
    return spans


def _interval(chart: alt.Chart, y: alt.Y, across: dict, tooltip: list) -> list[alt.Chart]:
    """A whisker with ends, light around so that it is seen on a dark bar."""
    seen = {"opacity": report_chart.chosen(), "tooltip": tooltip}
    halo = chart.mark_rule(color="white", strokeWidth=3.2)
    rule = chart.mark_rule(color=INK, strokeWidth=1.2)
    cap = chart.mark_tick(color=INK, thickness=1.2, size=7, orient="vertical")
    return [
        halo.encode(y=y, x=alt.X("low:Q", **across), x2="high", **seen),
        rule.encode(y=y, x=alt.X("low:Q", **across), x2="high", **seen),
        cap.encode(y=y, x=alt.X("low:Q", **across), **seen),
        cap.encode(y=y, x=alt.X("high:Q", **across), **seen),
    ]


def _words(rows: list[dict], column: str, y: alt.Y, x: int, **look: object) -> alt.Chart:
    """Text in the place of bars, cut where the chart ends and whole in its tooltip."""
    limit = alt.ExprRef("width")
    chart = alt.Chart(report_chart.values(rows)).mark_text(
        align="left", fontSize=12, limit=limit, **look
    )
    tooltip = alt.Tooltip(f"{column}:N", title=" ")
    return chart.encode(y=y, x=alt.value(x), text=f"{column}:N", tooltip=tooltip)
