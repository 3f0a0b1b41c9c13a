"""The tables of a run that came from elsewhere: made again from its raw rows.

What a table says can be edited apart from the rows that it was made of. Where an
archive has no raw rows, its table is held against the table's own rules.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.results.power_windows import FIGURES
from asrbench.study.config import Study
from asrbench.tables import energy as table_energy
from asrbench.tables import latency, parameters, table_csv, wer
from asrbench.tables.claims.table_evidence import Tables
from asrbench.tables.table import Table, checked, with_text

_OF_CHECKPOINT = ["encoder", "decoder", "sha256", "architecture_reason"]


def read(study: Study, results: Path, entry: str) -> Tables:
    """The tables that a comparison reads.

    Args:
        study: the run's configuration.
        results: its results folder.
        entry: what the user called it.

    Raises:
        UserError: a table without raw rows breaks its rules.
    """
    made: dict[str, pd.DataFrame] = {}

    def one(name: str, table: Table, has_rows: bool, build: Callable[[], pd.DataFrame]) -> None:
        if has_rows:
            made[name] = checked(table.title, build(), table.schema)
        elif (results / "tables" / f"{name}.csv").is_file():
            made[name] = _believed(results, name, table, entry)

    def energy() -> pd.DataFrame:
        return table_energy.of(study, results, made["latency"])

    one(
        *("parameters", parameters.TABLE, _any(results, "parameters/*.csv")),
        lambda: _with_checkpoints(parameters.build(study, results), results),
    )
    one(
        *("latency", latency.TABLE, _any(results, "latency/*/*/round*.csv")),
        lambda: latency.build(study, results),
    )
    one("energy", table_energy.TABLE, "latency" in made and _has_samples(results), energy)
    one(
        *("wer", wer.TABLE, _any(results, "wer/*/*/hypotheses.jsonl")),
        lambda: wer.build(study, results),
    )
    return Tables(results / "tables", made)


def _any(results: Path, pattern: str) -> bool:
    return next(results.glob(pattern), None) is not None


def _has_samples(results: Path) -> bool:
    """Whether each window that was measured has the samples that it was measured by."""
    windows = list(results.glob("energy/*/*/*/window.json"))
    return bool(windows) and all(
        (window.parent / "samples.csv").is_file() or not _was_measured(window) for window in windows
    )


def _was_measured(window: Path) -> bool:
    try:
        return read_json(window).get("status") in FIGURES
    except UserError:
        return False


def _with_checkpoints(rows: pd.DataFrame, results: Path) -> pd.DataFrame:
    """What the models' manifests say, which are in no archive, from the archive's own table."""
    try:
        told = table_csv.read(results / "tables", "parameters")
    except UserError:
        return rows
    if "model" not in told:
        return rows
    told = (
        told.drop_duplicates("model")
        .set_index("model")
        .reindex(columns=_OF_CHECKPOINT)
        .fillna("")
        .astype(str)
    )
    unknown = (rows["sha256"] == "") & rows["model"].isin(told.index)
    for column in _OF_CHECKPOINT:
        rows.loc[unknown, column] = rows.loc[unknown, "model"].map(told[column])
    return rows


def _believed(results: Path, name: str, table: Table, entry: str) -> pd.DataFrame:
    """A table as it is, where it keeps its own rules.

    Raises:
        UserError: a cell breaks them, or a value is outside of its own interval.
    """
    rows = table_csv.read(results / "tables", name)
    if "engine" in rows:
        rows["engine"] = rows["engine"].replace("fast", "espnet-fast")  # earlier versions' word
    try:
        rows = checked(table.title, with_text(rows, table.schema), table.schema)
    except UserError as error:
        raise UserError(f"compare: {entry}: {error}; make the table again there") from None
    for column in table.columns:
        if not column.low:
            continue
        value, low, high = (rows[part] for part in (column.value, column.low, column.high))
        outside = (low > value) | (value > high)
        if outside.any():
            raise UserError(
                f"compare: {entry}: table {name!r}: {column.value} is outside of its own interval "
                f"in row {int(outside.idxmax())}, and there are no raw rows to make it again; "
                "leave this run out, or ask for one with its raw rows"
            )
    return rows
