"""What a table is: its columns, checked before it is written as CSV and as Markdown."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from asrbench.config import Study
from asrbench.errors import UserError
from asrbench.table_markdown import Column, markdown


@dataclass(frozen=True)
class Table:
    """One table of the study.

    Attributes:
        title: heads the Markdown.
        build: raw rows (or other tables) to rows: (study, results folder) to DataFrame.
        schema: its columns, in their order.
        columns: what the Markdown shows of them.
        notes: lines below the Markdown table, given the study.
    """

    title: str
    build: Callable[[Study, Path], pd.DataFrame]
    schema: pa.DataFrameSchema
    columns: list[Column]
    notes: Callable[[Study], list[str]]

    def make(self, study: Study, results: Path) -> pd.DataFrame:
        """Build and check.

        Raises:
            UserError: where raw rows hold what cannot be, such as a negative latency.
        """
        rows = self.build(study, results).reindex(columns=list(self.schema.columns))
        try:
            return self.schema.validate(rows, lazy=True)
        except pa.errors.SchemaErrors as error:
            found = error.failure_cases[["column", "check", "failure_case", "index"]]
            lines = [
                f"{column} is {case!r} in row {index}, which breaks {check}"
                for column, check, case, index in found.itertuples(index=False)
            ]
            raise UserError(f"table {self.title!r}: " + "; ".join(lines)) from None

    def write(self, rows: pd.DataFrame, study: Study, csv: Path, text: Path) -> None:
        """Write the CSV in full precision, and the Markdown with sensible digits."""
        for path in (csv, text):
            path.parent.mkdir(parents=True, exist_ok=True)
        rows.to_csv(csv, index=False, lineterminator="\n")
        title = f"{self.title}: {study.name}"
        text.write_text(markdown(title, rows, self.columns, self.notes(study)), encoding="utf-8")


def schema(**columns: pa.Column) -> pa.DataFrameSchema:
    """Just these columns, in this order."""
    return pa.DataFrameSchema(columns, strict=True, ordered=True, coerce=True)


def text(*allowed: str) -> pa.Column:
    """Text, never absent ('' is empty); one of ``allowed`` where any are given."""
    return pa.Column(str, pa.Check.isin(allowed) if allowed else None)


def number(low: float | None = 0.0, high: float | None = None) -> pa.Column:
    """A number within bounds, or NaN where it is absent."""
    checks = [] if low is None else [pa.Check.ge(low)]
    checks += [] if high is None else [pa.Check.le(high)]
    return pa.Column(float, checks, nullable=True)


def count() -> pa.Column:
    """A whole number from 0, or absent."""
    return pa.Column("Int64", pa.Check.ge(0), nullable=True)


def truth() -> pa.Column:
    """True or False."""
    return pa.Column(bool)


def speech_note(study: Study) -> list[str]:
    """Which speech, and that a machine spoke it where that is so."""
    synthetic = " (synthetic speech)" if study.speech.synthetic else ""
    return [f"Speech: {study.speech.name}{synthetic}."]


INTERVAL_NOTE = "In brackets: 95 % interval (bootstrap); no brackets, no interval."
