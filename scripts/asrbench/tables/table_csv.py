"""Reads a table back from its CSV."""

from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from asrbench.basics.csv_cells import as_given, check_width
from asrbench.basics.errors import UserError

_ADVICE = "remove it, and the workflow makes it again"
TEXT = [
    *("model", "ctc_weight", "engine", "weights", "speech", "module", "reason", "reasons"),
    *(
        "interval_over",
        "transfer_over",
        "energy_interval_over",
        "busy_rule",
        "percentiles_reason",
        "line_reason",
    ),
    *("other_model", "other_ctc_weight", "other_weights", "verdict", "compared_by", "part"),
    *("encoder", "decoder", "sha256", "architecture_reason"),
    *("hypothesis", "claim", "first", "second", "unit", "evidence"),
    *("power_status", "meter", "scope", "flags", "normalisation", "threads"),
    *("utterance_id", "alignment", "phase"),
    *("table", "column", "type", "allowed", "meaning"),
    *("device", "against", "board", "cpu", "architecture", "system", "kernel", "governor"),
    *("python", "torch", "espnet", "commit", "described_utc", "config_sha256", "differs"),
]


def read(tables: Path, name: str) -> pd.DataFrame:
    """The table ``name`` of a folder of tables: text as str ('' where empty), the rest as numbers.

    Raises:
        UserError: where there is no such table, or it is none.
    """
    path = Path(tables) / f"{name}.csv"
    try:
        table = pd.read_csv(
            path,
            dtype=dict.fromkeys(TEXT, str),
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
    for column in TEXT:
        if column in table:
            table[column] = table[column].fillna("").map(as_given)
    for column in table.columns.difference(TEXT):
        given = table[column].dropna()
        wrong = given[~given.isin([True, False]) & pd.to_numeric(given, errors="coerce").isna()]
        if len(wrong):
            raise UserError(
                f"{path}: line {wrong.index[0] + 2}: {column} is {wrong.iloc[0]!r}, not a number; "
                f"{_ADVICE}"
            )
    return table


@contextmanager
def columns_of(tables: Path):
    """Tells in one line which column the tables that are read in here do not have."""
    try:
        yield
    except KeyError as error:
        told = " ".join(str(error).split())
        raise UserError(f"{tables}: a table has no {told}; {_ADVICE}") from error
