"""A table as Markdown: few digits, intervals in brackets, an absent figure as a dash."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from tabulate import tabulate

from asrbench.basics.digits import figure
from asrbench.tables import interval_columns

ABSENT = "–"


@dataclass(frozen=True)
class Column:
    """One column of the Markdown.

    Attributes:
        head: what stands above it, with the unit.
        value: the column of the table that it shows.
        low, high: the columns of its interval, if it has one.
        scale: what the figures are multiplied by, such as 1000 for ms.
        seldom: it is left out where it is 0 or absent in every row.
        axis: the columns that hold this axis of variants; it is left out where they all
            hold the same.
    """

    head: str
    value: str
    low: str | None = None
    high: str | None = None
    scale: float = 1.0
    seldom: bool = False
    axis: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notation:
    """How a format writes what is absent, words, a figure, and a figure with its interval."""

    absent: str
    words: Callable[[str], str]
    figure: Callable[[float], str]
    interval: Callable[[float, float, float], str]


def spanned(head: str, value: str, seldom: bool = False) -> Column:
    """A column that shows a value with the bounds of its interval."""
    return Column(head, *interval_columns.names(value), seldom=seldom)


def worth_showing(columns: list[Column], rows: pd.DataFrame) -> list[Column]:
    """The columns that say something of these rows."""
    return [column for column in columns if _says_something(column, rows)]


def _says_something(column: Column, rows: pd.DataFrame) -> bool:
    if column.seldom:
        return bool(rows[column.value].fillna(0).any())
    if column.axis:
        held = [rows[name].astype(object).fillna("") for name in column.axis if name in rows]
        return len(set(pd.concat(held)) - {""}) > 1
    return True


def plain(*names: str) -> list[Column]:
    """Columns whose heads are their names."""
    return [Column(name.replace("_", " "), name) for name in names]


def markdown(title: str, rows: pd.DataFrame, columns: list[Column], notes: list[str]) -> str:
    """The title, the table, and the notes, ending in a newline.

    The column ``model`` carries 'random weights' where ``weights`` says so, and so does
    ``other_model`` by ``other_weights``.
    """
    cells = [[cell(row, column) for column in columns] for row in rows.to_dict("records")]
    heads = [column.head for column in columns]
    numeric = [pd.api.types.is_numeric_dtype(rows[column.value]) for column in columns]
    align = ["right" if is_number else "left" for is_number in numeric]
    body = tabulate(cells, heads, tablefmt="pipe", colalign=align, disable_numparse=True)
    return "\n\n".join([f"# {title}", body, *notes]) + "\n"


def cell(row: dict, column: Column, notation: "Notation | None" = None) -> str:
    """One cell: text, 'yes', '1.23', '1.23 [1.10, 1.40]', or a dash; Markdown by default."""
    told = notation or NOTATION
    value = row[column.value]
    if isinstance(value, str):
        before, is_model, _ = column.value.partition("model")
        words = named(row, before) if is_model and before in ("", "other_") else value
        return told.words(words) or told.absent
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if pd.isna(value):
        return told.absent
    # A whole number keeps its digits.
    shown = value if column.scale == 1 else float(value) * column.scale
    if column.low is None or pd.isna(row[column.low]) or pd.isna(row[column.high]):
        return told.figure(shown)
    low, high = (float(row[name]) * column.scale for name in (column.low, column.high))
    return told.interval(shown, low, high)


def named(row: dict, before: str = "") -> str:
    """The model's name, with '(random weights)' where it has them.

    Args:
        before: what the columns' names begin with, such as 'other_'.
    """
    name = row[f"{before}model"]
    return f"{name} (random weights)" if row.get(f"{before}weights") == "random" else name


def _words(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _interval(value: float, low: float, high: float) -> str:
    return f"{figure(value)} [{figure(low)}, {figure(high)}]"


NOTATION = Notation(ABSENT, _words, figure, _interval)
