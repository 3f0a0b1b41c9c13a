"""Tables of the page: cells with their interval, and what a column is sorted by."""

from dataclasses import dataclass

import pandas as pd

from asrbench.basics.digits import borne, figure
from asrbench.tables.table_markdown import ABSENT, Column, Notation, cell, worth_showing


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: what is shown.
        interval: shown small below it; '' where there is none.
        key: what the column is sorted by, a number or text; None sorts last.
        fold: words that a click on the text shows; '' where there are none.
    """

    text: str
    interval: str = ""
    key: float | str | None = None
    fold: str = ""


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
    text, _, interval = cell(row, column, _NOTATION).partition("\n")
    value = row[column.value]
    if text == ABSENT:
        return Cell(text)
    return Cell(text, interval, text if isinstance(value, str) else float(value))


def _shown(value: float) -> str:
    return figure(int(value) if float(value).is_integer() else value)


def _with_interval(value: float, low: float, high: float) -> str:
    return "{}\n[{}, {}]".format(*borne(value, low, high))


_NOTATION = Notation(ABSENT, str, _shown, _with_interval)
