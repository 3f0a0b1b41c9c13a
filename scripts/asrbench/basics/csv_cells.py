"""Text in a CSV that a spreadsheet would run as a command, such as ``=HYPERLINK(…)``.

Such a cell gets an apostrophe in front, which spreadsheets take for 'this is
text', and loses it where this project reads it. Numbers stay as they are.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asrbench.basics.errors import UserError

if TYPE_CHECKING:
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


def harmless_table(table: "pd.DataFrame") -> "pd.DataFrame":
    """A table as it is written; columns of numbers are not looked at."""
    texts = table.select_dtypes(exclude=["number", "bool"]).columns
    return table.assign(**{name: table[name].map(harmless) for name in texts})


def read(path: Path, advice: str) -> "pd.DataFrame":
    """Every cell of a CSV as text, as it was before it was written.

    Args:
        advice: what the user can do where it is none.

    Raises:
        UserError: it is empty or no CSV, or a row has more cells than its heading.
        FileNotFoundError: where there is no such file.
    """
    import pandas as pd  # a job that writes rows one by one needs none of it

    try:
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    except pd.errors.EmptyDataError:
        raise UserError(f"{path}: is empty; {advice}") from None
    except (ValueError, OverflowError) as error:
        told = " ".join(str(error).split())[:200]
        raise UserError(f"{path}: is no table ({told}); {advice}") from None
    # pandas takes the first cells of such rows for names of rows, and shifts the others.
    if not isinstance(cells.index, pd.RangeIndex):
        raise UserError(f"{path}: a row has more cells than its heading has columns; {advice}")
    return cells.map(as_given)


def numbers(cells: "pd.Series", path: Path, advice: str) -> "pd.Series":
    """The numbers of a column of text, NaN where a cell is empty or 'nan'.

    Raises:
        UserError: a cell is something else; with file and line.
    """
    import pandas as pd

    values = pd.to_numeric(cells, errors="coerce")
    for place in values.isna().to_numpy().nonzero()[0]:
        if cells.iloc[place].lower() not in ("", "nan"):
            raise UserError(
                f"{path}: line {place + 2}: {cells.name} is {cells.iloc[place]!r}, not a "
                f"number; {advice}"
            )
    return values
