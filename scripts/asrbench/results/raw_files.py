"""Reads raw rows: where each file is, which columns it has, why a row is not there."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.basics import csv_cells, json_file
from asrbench.basics.errors import UserError
from asrbench.results import row_versions

_ADVICE = "remove it, and the workflow measures again"


def round_file(results: Path, *parts: str, number: int, name: str = ".csv") -> Path:
    """Such as results/latency/conformer/ctc0.3/round1.csv; rounds count from 1."""
    return results.joinpath(*parts, f"round{number}{name}")


def read_rows(
    path: Path, text: list[str], numbers: list[str], may_lack: tuple[str, ...] = ()
) -> pd.DataFrame:
    """The named columns of a raw CSV: text as str ('' where empty), numbers as float (NaN).

    A number that is empty, not a number or not finite is NaN. Columns in ``may_lack``
    need not be in the file, and are then empty in every row; they are numbers, but for
    those that ``text`` names too.

    Raises:
        UserError: where a column is missing or a number is none, with file and line.
        FileNotFoundError: where there is no such file.
    """
    raw = csv_cells.read(path, _ADVICE)
    for column in may_lack:
        raw[column] = raw.get(column, "")
    numbers = [*numbers, *(column for column in may_lack if column not in text)]
    missing = [column for column in [*text, *numbers] if column not in raw]
    if missing:
        there = " ".join(", ".join(raw).split())[:200]
        raise UserError(f"{path}: has no column {', '.join(missing)}; it has {there}")
    found = {column: csv_cells.numbers(raw[column], path, _ADVICE) for column in numbers}
    finite = {column: values.where(np.isfinite(values)) for column, values in found.items()}
    return raw[text].assign(**finite).astype(dict.fromkeys(numbers, float))


def read_rounds(
    results: Path,
    parts: tuple[str, ...],
    rounds: int,
    text: list[str],
    numbers: list[str],
    may_lack: tuple[str, ...] = (),
    *,
    judged: Callable[[pd.DataFrame], tuple[pd.DataFrame, list[str]]],
) -> tuple[pd.DataFrame, list[str]]:
    """All rounds of one variant, one below the other, with a column ``round``.

    Args:
        judged: takes out the rows that cannot be right; see :mod:`asrbench.results.row_faults`.

    Returns:
        The rows (of no length where no round is there), and reasons: for each round that is
        not there, and what the judgement says.
    """
    tables, reasons, versions = [], [], {}
    for number in range(1, rounds + 1):
        path = round_file(results, *parts, number=number)
        versions[f"round {number}"] = row_versions.of_file(path)
        try:
            tables.append(read_rows(path, text, numbers, may_lack).assign(round=number))
        except FileNotFoundError:
            reasons.append(no_file(path, results))
    if not tables:
        empty = {name: pd.Series(dtype=float) for name in [*numbers, *may_lack, "round"]}
        empty |= {name: pd.Series(dtype=str) for name in text}
        return pd.DataFrame(empty), reasons
    rows, faults = judged(pd.concat(tables, ignore_index=True))
    return rows, reasons + faults + row_versions.mixed(versions)


def no_file(path: Path, results: Path) -> str:
    """The reason of a number whose raw file is not there."""
    return f"no file {path.relative_to(results).as_posix()}"


def read_json_lines(path: Path) -> list[dict]:
    """A JSON object a line; empty lines are passed over.

    Raises:
        UserError: where a line is none.
        FileNotFoundError: where there is no such file.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not JSON: {error}") from None
    return [
        json_file.parse(line, f"{path}: line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def failures(rows: pd.DataFrame) -> list[str]:
    """Why rows failed, most frequent first: ['2 of 40 rows failed: out of memory (2)'].

    Args:
        rows: with the text columns ``status`` and ``reason``.
    """
    failed = rows[rows["status"] != "ok"]
    if failed.empty:
        return []
    causes = Counter(reason or "no reason given" for reason in failed["reason"]).most_common()
    told = ", ".join(f"{cause} ({times})" for cause, times in causes)
    return [f"{len(failed)} of {len(rows)} rows failed: {told}"]


def usable(rows: pd.DataFrame, needed: str) -> tuple[pd.DataFrame, list[str]]:
    """The rows that did not fail and have the number ``needed``.

    Args:
        rows: with the text columns ``status`` and ``reason``.

    Returns:
        Those rows, and the reasons of the others.
    """
    well = rows[rows["status"] == "ok"]
    good = well[well[needed].notna()]
    reasons = failures(rows)
    if len(good) < len(well):
        reasons.append(f"{len(well) - len(good)} of {len(rows)} rows are ok and have no {needed}")
    return good, reasons
