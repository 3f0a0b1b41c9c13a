"""Text in a CSV that a spreadsheet would run as a command, such as ``=HYPERLINK(…)``.

Such a cell gets an apostrophe in front, which spreadsheets take for 'this is
text', and loses it where this project reads it. Numbers stay as they are.
"""

import re
from typing import Any

import pandas as pd

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
