"""A table as CSV, with its columns described beside it, and read back by that description."""

from collections.abc import Iterable
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pandas as pd

from asrbench.basics import csv_cells
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json, write_json

_ADVICE = "remove it, and the workflow makes it again"


def write(rows: pd.DataFrame, description: dict, path: Path) -> None:
    """Every digit, and no text that a spreadsheet would run; beside it NAME.schema.json.

    Args:
        description: its columns, by :func:`asrbench.tables.table_schema.described`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    csv_cells.harmless_table(rows).to_csv(path, index=False, lineterminator="\n")
    write_json(description, path.with_suffix(".schema.json"))


def read(tables: Path, name: str) -> pd.DataFrame:
    """The table ``name`` of a folder of tables: text as str ('' where empty), the rest as numbers.

    Raises:
        UserError: where there is no such table, or it or its description is none.
    """
    path = Path(tables) / f"{name}.csv"
    types = _types(path)
    try:
        cells = csv_cells.read(path, _ADVICE)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such table; snakemake {path} makes it") from None

    def typed(column: pd.Series) -> pd.Series:
        kind = types.get(str(column.name))
        if kind == "boolean" and column.isin(["True", "False"]).all():
            return column == "True"
        return column if kind == "string" else csv_cells.numbers(column, path, _ADVICE)

    table = pd.DataFrame({column: typed(cells[column]) for column in cells})
    for before in ("", "other_"):  # in version 0.1 decodings differed in CTC weight alone
        if f"{before}ctc_weight" in table and f"{before}variant" not in table:
            table[f"{before}variant"] = "ctc" + table[f"{before}ctc_weight"]
    return table


def read_all(tables: Path, names: Iterable[str]) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """The tables that can be read, by name, and why the others cannot."""
    found, absent = {}, {}
    for name in names:
        try:
            found[name] = read(tables, name)
        except UserError as error:
            absent[name] = str(error)
    return found, absent


def _types(table: Path) -> dict[str, str]:
    """Of each column; of version 0.1, which described no table, by what is said of it today."""
    path = table.with_suffix(".schema.json")
    try:
        described = read_json(path)
    except FileNotFoundError:
        try:
            today = import_module(f"asrbench.tables.{table.stem}").TABLE.schema
        except ModuleNotFoundError:
            return {}
        from asrbench.tables import table_schema  # only here: pandera takes a second

        described = table_schema.described(today)
    try:
        return {str(each["name"]): str(each["type"]) for each in described["fields"]}
    except (KeyError, TypeError):
        raise UserError(f"{path}: is no Table Schema; {_ADVICE}") from None


@contextmanager
def columns_of(tables: Path):
    """Tells in one line which column the tables that are read in here do not have."""
    try:
        yield
    except KeyError as error:
        told = " ".join(str(error).split())
        raise UserError(f"{tables}: a table has no {told}; {_ADVICE}") from error
