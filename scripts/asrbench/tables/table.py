"""What a table is: its columns, checked before it is written as CSV, Markdown and LaTeX."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from asrbench.basics.errors import UserError
from asrbench.study import variant
from asrbench.study.config import Study
from asrbench.tables import error_rate, table_csv, table_schema
from asrbench.tables.table_latex import latex
from asrbench.tables.table_markdown import Column, markdown, worth_showing


@dataclass(frozen=True)
class Table:
    """One table of the study.

    Attributes:
        title: heads the Markdown.
        build: raw rows (or other tables) to rows: (study, results folder) to DataFrame.
        schema: its columns, in their order.
        columns: what the Markdown and LaTeX show of them.
        notes: lines below them. A list follows the line about the speech; a function of the
            study gives all of them.
        told: more of these lines, given the rows; empty ones are left out.
    """

    title: str
    build: Callable[[Study, Path], pd.DataFrame]
    schema: pa.DataFrameSchema
    columns: list[Column]
    notes: list[str] | Callable[[Study], list[str]]
    told: Callable[[pd.DataFrame], list[str]] = lambda _rows: []

    def make(self, study: Study, results: Path) -> pd.DataFrame:
        """Build and check.

        Raises:
            UserError: where raw rows hold what cannot be, such as a negative latency.
        """
        return checked(self.title, self.build(study, results), self.schema)

    def write(self, rows: pd.DataFrame, study: Study, csv: Path, text: Path, tex: Path) -> None:
        """Write the CSV in full precision with its Table Schema beside it, Markdown and LaTeX."""
        table_csv.write(rows, table_schema.described(self.schema), csv)
        title, given = f"{self.title}: {study.name}", self.notes
        notes = given(study) if callable(given) else [*speech_note(study), *given]
        notes = [*notes, *filter(None, self.told(rows))]
        shown = error_rate.first(worth_showing(self.columns, rows), rows)
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


def with_text(rows: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """The rows, with '' for each text of the schema that is absent."""
    names = [n for n, column in schema.columns.items() if table_schema.kind(column) == "string"]
    given = {name: rows[name].fillna("").astype(str) if name in rows else "" for name in names}
    return rows.assign(**given)


def write_text(text: str, path: Path) -> None:
    """As UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def speech_note(study: Study) -> list[str]:
    """Which speech, that a machine spoke it where that is so, and how all variants are alike."""
    synthetic = " (synthetic speech)" if study.speech.synthetic else ""
    alike = variant.same_in_all(study.variants())
    every = f" All variants: {', '.join(alike)}." if alike else ""
    return [f"Speech: {study.speech.name}{synthetic}.{every}"]


INTERVAL_NOTE = "In brackets: 95 % interval; no brackets, no interval."
REPEATED_NOTE = (
    f"{INTERVAL_NOTE} It is about the same on this device in other rounds, and about no other "
    "speech."
)
SWEEP_NOTE = (
    f"{INTERVAL_NOTE} It is over rounds; of one round over its repeats, which are other speech of "
    "the same size."
)
