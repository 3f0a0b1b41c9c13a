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


def read_table(path: str | Path) -> "pd.DataFrame":
    """Read ``utterances.csv`` or ``sample.csv``.

    Ids stay text (0001 is no number) and so do texts (NULL is a word).

    Raises:
        UserError: the file is absent or is no such table.
    """
    import pandas as pd

    path = Path(path)
    try:
        table = csv_cells.read(path, _ADVICE)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such table; run list_utterances.py") from None
    _check_heading(list(table.columns), path)
    for column in _NUMBERS:
        given = table[column]
        table[column] = pd.to_numeric(given, errors="coerce")
        for place in (~(table[column] > 0) | (table[column] == math.inf)).to_numpy().nonzero()[0]:
            raise _no_number(path, place + 2, column, given.iloc[place])
    return table


def read_sample(path: str | Path) -> list[Utterance]:
    """Read a table of utterances to be measured: without pandas, which a measurement needs not.

    Raises:
        UserError: it cannot be read, or holds no utterance.
    """
    path = Path(path)
    csv.field_size_limit(1 << 30)  # of a text, which may be as long as it is
    try:
        with path.open(encoding="utf-8", newline="") as file:
            heading, *rows = list(csv.reader(file)) or [[]]
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such table; run list_utterances.py") from None
    except (ValueError, csv.Error) as error:
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
