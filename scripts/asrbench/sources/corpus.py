"""Tables of utterances: results/data/utterances.csv, and the sample drawn from it."""

import csv
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from asrbench.basics import csv_cells
from asrbench.basics.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = ["samples", "sample_rate_hz", "duration_s"]
UTTERANCE_COLUMNS = ["utterance_id", "speaker", "path", *_NUMBERS, "text"]
_ADVICE = "remove it, and the workflow makes it again"


class Utterance(NamedTuple):
    """One row of a table of utterances."""

    utterance_id: str
    speaker: str
    path: str
    samples: int
    sample_rate_hz: int
    duration_s: float
    text: str


def write_table(table: "pd.DataFrame", path: str | Path) -> None:
    """Write a table of utterances as CSV, whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    csv_cells.harmless_table(table).to_csv(part, index=False)
    part.replace(path)


def read(path: str | Path) -> list[Utterance]:
    """Read ``utterances.csv`` or ``sample.csv``: without pandas, which a measurement needs not.

    Ids stay text (0001 is no number) and so do texts (NULL is a word).

    Raises:
        UserError: the file is absent, is no such table, or holds no utterance.
    """
    path = Path(path)
    csv.field_size_limit(1 << 30)  # of a text, which may be as long as it is
    try:
        with path.open(encoding="utf-8", newline="") as file:
            heading, *rows = csv.reader(file)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such table; run list_utterances.py") from None
    except (ValueError, csv.Error) as error:
        if path.stat().st_size == 0:
            raise UserError(f"{path}: is empty; {_ADVICE}") from None
        raise UserError(f"{path}: is no table ({error}); {_ADVICE}") from None
    _check_heading(heading, path)
    found = [_utterance(row, path, line) for line, row in enumerate(rows, start=2) if row]
    if not found:
        raise UserError(f"{path}: holds no utterance; draw a sample from a corpus that has some")
    return found


def _utterance(row: list[str], path: Path, line: int) -> Utterance:
    if len(row) != len(UTTERANCE_COLUMNS):
        raise UserError(
            f"{path}: line {line}: has {len(row)} cells under {len(UTTERANCE_COLUMNS)} columns; "
            f"{_ADVICE}"
        )
    cells: dict[str, Any] = dict(zip(UTTERANCE_COLUMNS, map(csv_cells.as_given, row), strict=True))
    for column in _NUMBERS:
        text = cells[column]
        try:
            cells[column] = int(text) if text.isdecimal() else float(text)
        except ValueError:
            cells[column] = math.nan
        if not 0 < cells[column] < math.inf:
            raise _no_number(path, line, column, text)
    return Utterance(**cells)


def _check_heading(columns: list[str], path: Path) -> None:
    if columns != UTTERANCE_COLUMNS:
        raise UserError(f"{path}: must have the columns {', '.join(UTTERANCE_COLUMNS)}")


def _no_number(path: Path, line: int, column: str, given: str) -> UserError:
    return UserError(f"{path}: line {line}: {column} is {given!r}, not a number above 0; {_ADVICE}")
