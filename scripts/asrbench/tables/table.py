"""What a table is: its columns, checked before it is written as CSV, Markdown and LaTeX."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from asrbench.basics.csv_cells import harmless_table
from asrbench.basics.errors import UserError
from asrbench.study.config import Study
from asrbench.tables import interval_columns
from asrbench.tables.table_latex import latex
from asrbench.tables.table_markdown import Column, markdown


@dataclass(frozen=True)
class Table:
    """One table of the study.

    Attributes:
        title: heads the Markdown.
        build: raw rows (or other tables) to rows: (study, results folder) to DataFrame.
        schema: its columns, in their order.
        columns: what the Markdown and LaTeX show of them.
        notes: lines below them, given the study.
        told: more of these lines, given the rows; empty ones are left out.
    """

    title: str
    build: Callable[[Study, Path], pd.DataFrame]
    schema: pa.DataFrameSchema
    columns: list[Column]
    notes: Callable[[Study], list[str]]
    told: Callable[[pd.DataFrame], list[str]] = lambda _rows: []

    def make(self, study: Study, results: Path) -> pd.DataFrame:
        """Build and check.

        Raises:
            UserError: where raw rows hold what cannot be, such as a negative latency.
        """
        return checked(self.title, self.build(study, results), self.schema)

    def write(self, rows: pd.DataFrame, study: Study, csv: Path, text: Path, tex: Path) -> None:
        """Write the CSV in full precision, Markdown and LaTeX with sensible digits."""
        write_csv(rows, csv)
        title, notes = f"{self.title}: {study.name}", self.notes(study)
        notes = [*notes, *filter(None, self.told(rows))]
        shown = [c for c in self.columns if not c.seldom or rows[c.value].fillna(0).any()]
        write_text(markdown(title, rows, shown, notes), text)
        write_text(latex(title, rows, shown, notes, label=tex.stem), tex)


def checked(title: str, rows: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The rows with just the schema's columns, in its types.

    Raises:
        UserError: where a cell breaks the schema, with its column, row and value.
    """
    try:
        return schema.validate(rows.reindex(columns=list(schema.columns)), lazy=True)
    except pa.errors.SchemaErrors as error:
        found = error.failure_cases[["column", "check", "failure_case", "index"]]
        lines = [
            f"{column} is {case!r} in row {index}, which breaks {check}"
            for column, check, case, index in found.itertuples(index=False)
        ]
        raise UserError(f"table {title!r}: " + "; ".join(lines)) from None


def write_csv(rows: pd.DataFrame, path: Path) -> None:
    """Every digit, and no text that a spreadsheet would run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    harmless_table(rows).to_csv(path, index=False, lineterminator="\n")


def write_text(text: str, path: Path) -> None:
    """As UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def schema(**columns: pa.Column) -> pa.DataFrameSchema:
    """Just these columns, in this order."""
    return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=True)


# Each column says what it means; the data dictionary is made of that.


def text(*allowed: str, meaning: str = "") -> pa.Column:
    """Text, never absent ('' is empty); one of ``allowed`` where any are given."""
    return pa.Column(str, pa.Check.isin(allowed) if allowed else None, description=meaning)


def number(low: float | None = 0.0, high: float | None = None, *, meaning: str = "") -> pa.Column:
    """A finite number within bounds, or NaN where it is absent."""
    checks = [pa.Check(np.isfinite, name="a finite number", ignore_na=True)]
    checks += [] if low is None else [pa.Check.ge(low)]
    checks += [] if high is None else [pa.Check.le(high)]
    return pa.Column(float, checks, nullable=True, description=meaning)


def interval(
    name: str, meaning: str, *, low: float | None = 0.0, high: float | None = None
) -> dict[str, pa.Column]:
    """A number and the bounds of its interval, by the names of its three columns."""
    bounds = [f"{which} bound of its 95 % interval." for which in ("Lower", "Upper")]
    meanings = zip(interval_columns.names(name), (meaning, *bounds), strict=True)
    return {column: number(low, high, meaning=words) for column, words in meanings}


def count(*, meaning: str = "") -> pa.Column:
    """A whole number from 0, or absent."""
    return pa.Column("Int64", pa.Check.ge(0), nullable=True, description=meaning)


def truth(*, meaning: str = "") -> pa.Column:
    """True or False."""
    return pa.Column(bool, description=meaning)


KINDS = ("text", "number", "whole number", "true or false")
_KINDS = dict(zip(("str", "float", "int", "bool"), KINDS, strict=True))


def kind(column: pa.Column) -> str:
    """What the cells of a column are: one of :data:`KINDS`."""
    name = str(column.dtype).lower()  # such as string[python], float64, int64
    return next(words for begins, words in _KINDS.items() if name.startswith(begins))


def speech_note(study: Study) -> list[str]:
    """Which speech, and that a machine spoke it where that is so."""
    synthetic = " (synthetic speech)" if study.speech.synthetic else ""
    return [f"Speech: {study.speech.name}{synthetic}."]


INTERVAL_NOTE = "In brackets: 95 % interval; no brackets, no interval."
REPEATED_NOTE = (
    f"{INTERVAL_NOTE} It is about the same on this device in other rounds, and about no other "
    "speech."
)
SWEEP_NOTE = (
    f"{INTERVAL_NOTE} It is over rounds; of one round over its repeats, which are other speech of "
    "the same size."
)
