"""Text in a CSV that a spreadsheet would run as a command, such as ``=HYPERLINK(…)``.

Such a cell gets an apostrophe in front, which spreadsheets take for 'this is
text', and loses it where this project reads it. Numbers stay as they are.
"""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from asrbench.basics.errors import UserError

_COMMAND = re.compile(r"'*[=+\-@\t\r\n]")
_WRITTEN = re.compile(r"'+[=+\-@\t\r\n]")


def harmless(cell: object) -> object:
    """A cell as it is written."""
    if not isinstance(cell, str) or not _COMMAND.match(cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def as_given(cell: Any) -> Any:
    """A cell as it was before it was written."""
    return cell[1:] if isinstance(cell, str) and _WRITTEN.match(cell) else cell


def harmless_table(table: pd.DataFrame) -> pd.DataFrame:
    """A table as it is written; columns of numbers are not looked at."""
    texts = table.select_dtypes(exclude=["number", "bool"]).columns
    return table.assign(**{name: table[name].map(harmless) for name in texts})


def check_width(table: pd.DataFrame, path: Path) -> None:
    """A row with more cells than the heading has columns shifts all of them.

    Raises:
        UserError: there is one; pandas takes the first cells of the rows for names of rows.
    """
    if not isinstance(table.index, pd.RangeIndex):
        raise UserError(
            f"{path}: a row has more cells than its heading has columns; remove the file, and the "
            "workflow makes it again"
        )
