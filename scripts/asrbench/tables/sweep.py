"""What the tables of a sweep share: a row for each value, over rounds and repeats."""

from collections.abc import Callable

import pandas as pd

from asrbench.results.raw_files import usable
from asrbench.statistics import repeatability
from asrbench.statistics.repeatability import Estimate
from asrbench.statistics.round_unit_matrix import SWEPT, sweep_matrices
from asrbench.tables.table_markdown import Column, plain
from asrbench.tables.table_schema import count, over, text
from asrbench.tables.variant_rows import joined


def row(
    raw: pd.DataFrame,
    missing: list[str],
    measured: str,
    value: str,
    figures: Callable[[pd.DataFrame], dict[str, object]],
) -> dict[str, object]:
    """Cells of one value of the sweep.

    Args:
        raw: its raw rows.
        missing: why rounds of the sweep are not there.
        measured: the column of seconds.
        value: the value in words, such as '100 frames'.
        figures: makes the other cells of rows with seconds; their ``reason`` comes last.
    """
    good, why = usable(raw, measured)
    reasons = missing + why
    if raw.empty and not missing:
        reasons.append(f"no raw row of {value}")
    cells = {
        "repeats": raw["repeat"].nunique(),
        "rounds": raw["round"].nunique(),
        "failed": (raw["status"] != "ok").sum(),
        "interval_over": "none",
    }
    more = {} if good.empty else figures(good)
    return cells | more | {"reason": joined([*reasons, str(more.get("reason", ""))])}


def mean(good: pd.DataFrame, measured: str) -> Estimate:
    """The mean of seconds, over rounds or, of one round, over its repeats."""
    return repeatability.mean(sweep_matrices(good, [measured])[measured], SWEPT)


COUNTS = {
    "repeats": count(meaning="Different pieces of speech or batches."),
    "rounds": count(meaning="Rounds (fresh processes) that are in the row."),
    "failed": count(meaning="Raw rows that failed."),
}
OVER = {"interval_over": over("rounds", "repeats")}
REASON = {"reason": text(meaning="Why rows, rounds or a figure are absent, or rows failed.")}
COUNTED = [*plain(*COUNTS), Column("remarks", "reason")]
