"""Tables of utterances: results/data/utterances.csv, and the sample drawn from it."""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.basics import csv_cells
from asrbench.basics.errors import UserError

_NUMBERS = ["samples", "sample_rate_hz", "duration_s"]
UTTERANCE_COLUMNS = ["utterance_id", "speaker", "path", *_NUMBERS, "text"]


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table of utterances as CSV, whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    csv_cells.harmless_table(table).to_csv(part, index=False)
    part.replace(path)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read ``utterances.csv`` or ``sample.csv``.

    Ids stay text (0001 is no number) and so do texts (NULL is a word).

    Raises:
        UserError: the file is absent or is no such table.
    """
    path, advice = Path(path), "remove it, and the workflow makes it again"
    try:
        table = csv_cells.read(path, advice)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such table; run list_utterances.py") from None
    if list(table.columns) != UTTERANCE_COLUMNS:
        raise UserError(f"{path}: must have the columns {', '.join(UTTERANCE_COLUMNS)}")
    for column in _NUMBERS:
        given = table[column]
        table[column] = pd.to_numeric(given, errors="coerce")
        wrong = np.flatnonzero(~(table[column] > 0) | ~np.isfinite(table[column]))
        if len(wrong):
            raise UserError(
                f"{path}: line {wrong[0] + 2}: {column} is {given.iloc[wrong[0]]!r}, not a number "
                f"above 0; {advice}"
            )
    return table


def read_sample(path: str | Path) -> pd.DataFrame:
    """Read a table of utterances to be measured.

    Raises:
        UserError: it cannot be read, or holds no utterance.
    """
    table = read_table(path)
    if table.empty:
        raise UserError(f"{path}: holds no utterance; draw a sample from a corpus that has some")
    return table
