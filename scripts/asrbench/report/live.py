"""Whether variants can run live on this device: in words, and the table behind them."""

from dataclasses import replace

import pandas as pd

from asrbench.basics.digits import figure
from asrbench.report import table as report_table
from asrbench.report.facts import Facts
from asrbench.report.inputs import STREAMING
from asrbench.report.names import joined, variant
from asrbench.report.table import Cell, Grid
from asrbench.tables.streaming import KEEPS_UP
from asrbench.tables.table_markdown import Column, spanned

_COLUMNS = [
    Column("piece (s)", "piece_s"),
    Column("live", "live"),
    spanned("final text after speech (s)", "final_mean_s"),
    spanned("first words after speech begins (s)", "first_partial_mean_s"),
    spanned("engine's own end after speech (s)", "endpoint_mean_s", seldom=True),
    Column("backlog, p95 (s)", "backlog_p95_s"),
    Column("late pieces", "late_share"),
    Column("how", "streams"),
    Column("revisions", "revisions_mean"),
    spanned("WER (%)", "wer_percent"),
    Column("WER whole (%)", "wer_whole_percent"),
]


def _measured(facts: Facts) -> pd.DataFrame:
    rows = facts.tables.get(STREAMING)
    return pd.DataFrame() if rows is None else rows[rows["live"] != ""]


def sentences(facts: Facts) -> list[str]:
    """What keeps up and for how long one waits; nothing where the stage was left out."""
    rows = _measured(facts)
    if rows.empty:
        return []
    told = []
    keeping = rows[rows["live"] == KEEPS_UP].sort_values("final_mean_s")
    # Of each variant, the pieces with which its text is there the soonest.
    best = keeping.drop_duplicates(["model", "variant"]).to_dict("records")
    for row in best:
        told.append(
            f"{variant(row)} keeps up with speech in pieces of {figure(row['piece_s'])} s: its "
            f"final text is there {figure(row['final_mean_s'])} s after speech ends, its first "
            f"words {figure(row['first_partial_mean_s'])} s after speech begins."
        )
    kept = {(row["model"], row["variant"]) for row in best}
    others = [
        row
        for row in rows.drop_duplicates(["model", "variant"]).to_dict("records")
        if (row["model"], row["variant"]) not in kept
    ]
    if others:
        does = "falls" if len(others) == 1 else "fall"
        told.append(
            f"{joined([variant(row) for row in others])} {does} behind at every length of a piece: "
            "of more than 5 % of the utterances a piece was done more than a step after it came."
        )
    return told


def grid(facts: Facts) -> Grid | None:
    """A row a variant and length of a piece; None where the stage was left out."""
    rows = _measured(facts)
    if rows.empty:
        return None
    made = report_table.grid("How long a person waits for words", rows, _COLUMNS)
    names = [Cell(variant(row), key=variant(row)) for row in rows.to_dict("records")]
    cells = [[name, *others] for name, others in zip(names, made.rows, strict=True)]
    return replace(made, heads=[("variant", False), *made.heads], rows=cells)
