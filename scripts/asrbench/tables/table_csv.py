"""A table as CSV, with its columns described beside it, and read back by that description."""

from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from asrbench.basics.csv_cells import as_given, check_width, harmless_table
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json, write_json
from asrbench.tables import table_schema

_ADVICE = "remove it, and the workflow makes it again"


def write(rows: pd.DataFrame, schema: pa.DataFrameSchema, path: Path) -> None:
    """Every digit, and no text that a spreadsheet would run; beside it NAME.schema.json."""
    path.parent.mkdir(parents=True, exist_ok=True)
    harmless_table(rows).to_csv(path, index=False, lineterminator="\n")
    write_json(table_schema.described(schema), path.with_suffix(".schema.json"))


def read(tables: Path, name: str) -> pd.DataFrame:
    """The table ``name`` of a folder of tables: text as str ('' where empty), the rest as numbers.

    Raises:
        UserError: where there is no such table, or it or its description is none.
    """
    path = Path(tables) / f"{name}.csv"
    text = _columns_of_text(path)
    try:
        table = pd.read_csv(
            path,
            dtype=dict.fromkeys(text, str),
            keep_default_na=False,
            na_values=[""],
        )
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such table; snakemake {path} makes it") from None
    except pd.errors.EmptyDataError:
        raise UserError(f"{path}: is empty; {_ADVICE}") from None
    except (ValueError, OverflowError) as error:
        told = " ".join(str(error).split())[:200]
        raise UserError(f"{path}: is no table ({told}); {_ADVICE}") from None
    check_width(table, path)
    for before in ("", "other_"):  # in version 0.1 decodings differed in CTC weight alone
        if f"{before}ctc_weight" in table and f"{before}variant" not in table:
            table[f"{before}variant"] = "ctc" + table[f"{before}ctc_weight"]
    for column in table.columns.intersection(text):
        table[column] = table[column].fillna("").map(as_given)
    for column in table.columns.difference(text):
        given = table[column].dropna()
        wrong = given[~given.isin([True, False]) & pd.to_numeric(given, errors="coerce").isna()]
        if len(wrong):
            raise UserError(
                f"{path}: line {wrong.index[0] + 2}: {column} is {wrong.iloc[0]!r}, not a number; "
                f"{_ADVICE}"
            )
    return table


def _columns_of_text(table: Path) -> list[str]:
    """Those of version 0.1, which described no table, by what is said of them today."""
    path = table.with_suffix(".schema.json")
    try:
        described = read_json(path)
    except FileNotFoundError:
        try:
            today = import_module(f"asrbench.tables.{table.stem}").TABLE.schema
        except ModuleNotFoundError:
            return []
        described = table_schema.described(today)
    try:
        return [str(each["name"]) for each in described["fields"] if each["type"] == "string"]
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
