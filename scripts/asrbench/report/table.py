"""Tables of the page: cells with their interval, and what a column is sorted by."""

from dataclasses import dataclass

import pandas as pd

from asrbench.basics.digits import figure
from asrbench.tables.table_markdown import ABSENT, Column, named, worth_showing


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: what is shown.
        interval: shown small below it; '' where there is none.
        key: what the column is sorted by, a number or text; None sorts last.
    """

    text: str
    interval: str = ""
    key: float | str | None = None


@dataclass(frozen=True)
class Grid:
    """A table that can be sorted.

    Attributes:
        caption: what it shows, for a reader who does not see it.
        heads: (text, whether its cells are numbers).
        rows: the cells, as many as heads.
    """

    caption: str
    heads: list[tuple[str, bool]]
    rows: list[list[Cell]]


def grid(caption: str, rows: pd.DataFrame, columns: list[Column]) -> Grid:
    """The columns of a table as ``columns`` show them; one that no row has is left out."""
    there = worth_showing([column for column in columns if column.value in rows], rows)
    heads = [(c.head, pd.api.types.is_numeric_dtype(rows[c.value])) for c in there]
    return Grid(
        caption,
        heads,
        [[_cell(row, column) for column in there] for row in rows.to_dict("records")],
    )


def _cell(row: dict, column: Column) -> Cell:
    value = row[column.value]
    if isinstance(value, str):
        before, is_model, _ = column.value.partition("model")
        text = named(row, before) if is_model and before in ("", "other_") else value
        return Cell(text or ABSENT, key=text or None)
    if pd.isna(value):
        return Cell(ABSENT)
    shown = _shown(value, column)
    if column.low is None or pd.isna(row[column.low]) or pd.isna(row[column.high]):
        return Cell(shown, key=float(value))
    low, high = (_shown(row[name], column) for name in (column.low, column.high))
    return Cell(shown, f"[{low}, {high}]", float(value))


def _shown(value: float, column: Column) -> str:
    whole = column.scale == 1 and float(value).is_integer()
    return figure(int(value) if whole else float(value) * column.scale)
