"""Which error rate stands first, of words or of characters, and what it is called."""

from dataclasses import dataclass

import pandas as pd

from asrbench.statistics import scoring
from asrbench.tables import interval_columns
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import interval, text


@dataclass(frozen=True)
class Rate:
    """An error rate.

    Attributes:
        short: its letters, as the column ``error_rate`` names it.
        words: its name.
        column: of its value in percent.
        counted: what it counts.
    """

    short: str
    words: str
    column: str
    counted: str

    @property
    def columns(self) -> tuple[str, str, str]:
        """Of value and interval."""
        return interval_columns.names(self.column)


WER = Rate(scoring.WER, "word error rate", "wer_percent", "words")
CER = Rate(scoring.CER, "character error rate", "cer_percent", "characters")
WHY = (
    "The character error rate (CER, spaces not counted) stands first, since the references are in "
    "a script without spaces between words: one of their words would be a whole sentence."
)

ERROR_RATE = {
    "error_rate": text(
        *(WER.short, CER.short, ""),
        meaning="The rate that stands first and by which variants are compared: CER where the "
        "script of the references has no spaces between words; empty where nothing was scored.",
    )
}
# In tables that show the character error rate only where it stands first.
FIRST_CER = interval("cer_percent", "Character error rate, where it stands first.")
SHOWN = [
    Column("CER (%)", *CER.columns, seldom=True),
    spanned("WER (%)", WER.column),
]


def of(rows: pd.DataFrame) -> Rate:
    """The rate that stands first in these rows; that of words where they do not say."""
    return CER if "error_rate" in rows and (rows["error_rate"] == CER.short).any() else WER


def first(columns: list[Column], rows: pd.DataFrame) -> list[Column]:
    """The columns with the character error rate before that of words where it stands first."""
    shown = {column.value: column for column in columns}
    if of(rows) is WER or not {WER.column, CER.column} <= shown.keys():
        return columns
    others = [column for column in columns if column.value != CER.column]
    place = others.index(shown[WER.column])
    return [*others[:place], shown[CER.column], *others[place:]]


def why(rows: pd.DataFrame) -> list[str]:
    """The note that a table has where the character error rate stands first."""
    return [WHY] if of(rows) is CER else []


def cells_of_first(row: dict) -> dict:
    """A row's rates and which stands first, without the CER where that is the WER."""
    kept = row.get("error_rate") == CER.short
    names = ["error_rate", *WER.columns, *(CER.columns if kept else ())]
    return {name: row[name] for name in names if name in row}
