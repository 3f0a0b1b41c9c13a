"""The table of power over time: each capture in short spans, from idle to idle."""

from pathlib import Path

import pandas as pd

from asrbench.results import power_course, power_windows, raw_window, scope_window
from asrbench.results.power_windows import FIGURES, Power
from asrbench.study.config import Study
from asrbench.study.variant import Variant
from asrbench.tables.power_columns import BY
from asrbench.tables.table import Table
from asrbench.tables.table_markdown import Column, plain
from asrbench.tables.table_schema import count, number, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined


def build(study: Study, results: Path) -> pd.DataFrame:
    """By the meter and scope that stand for the study; a variant without: why, in one row."""
    found = power_windows.read(results, study.variants(), study.energy.rounds)
    rows = []
    for variant, measured in found.items():
        power = measured.preferred
        who = identity(study, variant) | {"meter": power.meter, "scope": power.scope}
        who |= {"power_status": power.status, "phase": "", "reason": joined(list(power.reasons))}
        if power.status not in FIGURES:
            rows.append(who)
            continue
        column = "power_w" if power.status == "measured" else "estimated_power_w"
        spans = _spans(study, results, variant, power).rename(columns={"power_w": column})
        if spans.empty:
            why = [*power.reasons, "the windows do not say when their phases were"]
            rows.append(who | {"reason": joined(why)})
        rows += [who | span for span in spans.to_dict("records")]
    return pd.DataFrame(rows)


def _spans(study: Study, results: Path, variant: Variant, power: Power) -> pd.DataFrame:
    """Of the rounds that are not void, each with its number."""
    found = []
    for round_number in range(1, study.energy.rounds + 1):
        raw = raw_window.read(results, variant, round_number)
        if scope_window.read(raw, power.meter, power.scope).status in FIGURES:
            course = power_course.of(raw, power.meter, power.scope)
            found.append(course.assign(round=round_number))
    return pd.concat(found)


TABLE = Table(
    title="Power over time",
    build=build,
    schema=schema(
        **IDENTITY,
        round=count(meaning="Number of the round."),
        **BY,
        phase=text(
            *("idle_before", "warm_up", "run", "idle_after", "settle", ""),
            meaning="What the device did; settle: between two phases.",
        ),
        time_low_s=number(low=None, meaning="Begin of the span, from the begin of the window."),
        time_high_s=number(low=None, meaning="End of the span."),
        power_w=number(low=None, meaning="Mean power over the span, by a meter."),
        estimated_power_w=number(low=None, meaning="The same, by a model and not by a meter."),
        reason=text(meaning="Why there is no power, or rounds are void."),
    ),
    columns=[
        *VARIANT,
        *plain("round", "phase"),
        Column("from (s)", "time_low_s"),
        Column("to (s)", "time_high_s"),
        Column("power (W)", "power_w"),
        Column("estimated power (W)", "estimated_power_w"),
        *plain("meter", "scope"),
        Column("remarks", "reason"),
    ],
    notes=[
        "Time 0 is the begin of the window. Each row is the mean over a span, by the trapezoid of "
        "a gauge or the difference of a counter; every reading is in samples.csv of the round.",
    ],
)
