"""Raw rows of several rounds as arrays of rounds × passes × units, the form that intervals need."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asrbench.basics.errors import UserError


def matrices(
    rows: pd.DataFrame, unit: str, columns: list[str], units: list | None = None
) -> dict[str, np.ndarray]:
    """Each column as an array of shape (rounds, passes, units), NaN where there is no such row.

    Args:
        rows: with the columns ``round`` and ``unit``, and those named; with ``pass`` where
            the round repeated its units.
        unit: such as utterance_id.
        columns: the columns to arrange.
        units: their order; None for that of the rows.

    Raises:
        UserError: where one pass of a round has a unit twice.
    """
    rows = rows if "pass" in rows else rows.assign(**{"pass": 1})
    keys = ["round", "pass", unit]
    twice = rows.duplicated(keys)
    if twice.any():
        first = rows[twice].iloc[0]
        raise UserError(
            f"round {int(first['round'])} has {unit} {first[unit]} more than once; "
            "remove its raw file, and the workflow measures it again"
        )
    order = rows[unit].unique() if units is None else units
    axes = [pd.Index(name) for name in (*(sorted(rows[key].unique()) for key in keys[:2]), order)]
    at = np.array([axis.get_indexer(rows[key]) for axis, key in zip(axes, keys, strict=True)])
    wanted = (at >= 0).all(axis=0)
    found = {column: np.full(tuple(map(len, axes)), np.nan) for column in columns}
    for column, cells in found.items():
        cells[tuple(at[:, wanted])] = rows[column].to_numpy(dtype=float)[wanted]
    return found


# What varies in a sweep, where it has several of them.
SWEPT = ("rounds", "repeats")


def sweep_matrices(
    rows: pd.DataFrame, columns: list[str], unit: str = "repeat"
) -> dict[str, np.ndarray]:
    """The same of a sweep, whose repeats are other inputs of the same size.

    Repeats are the units of several rounds. One round has no replicates, and its repeats stand
    for them, along the second axis: what they vary by is speech and time.

    Args:
        unit: the column that numbers repeats.
    """
    found = matrices(rows, unit, columns)
    if rows["round"].nunique() > 1:
        return found
    return {column: cells.swapaxes(1, 2) for column, cells in found.items()}


@dataclass(frozen=True)
class Shared:
    """What two variants both have: the same units, and in one run the same rounds and passes.

    Attributes:
        first, second: shape (rounds, passes, units); NaN in passes that are left out. The
            rounds are those of each by itself, unless they were asked for in pairs.
        units: the units, in the order of the columns.
        left_out: measured cells of either that have no partner or were dropped with one.
    """

    first: np.ndarray
    second: np.ndarray
    units: list
    left_out: int


def shared(
    first: pd.DataFrame, second: pd.DataFrame, unit: str, column: str, same_rounds: bool
) -> Shared:
    """The cells over which two variants can be compared without one having an easier task.

    A unit that one of them lacks in a pass is taken out of both, and out of every pass:
    otherwise a variant that loses its longest utterance would seem the faster one. Where a
    pass lacks much, that pass is taken out in place of its units.

    Args:
        first, second: the columns ``round``, ``unit`` and ``column``, whose numbers are all
            there; with ``pass`` where a round repeated its units.
        unit: such as utterance_id.
        column: what is compared.
        same_rounds: whether round n of both was measured in turn, so that a round belongs
            to both or to neither.
    """
    tables = [first, second]
    if same_rounds:
        for name in [name for name in ("round", "pass") if name in first and name in second]:
            both = set(tables[0][name]) & set(tables[1][name])
            tables = [rows[rows[name].isin(both)] for rows in tables]
    units = sorted(set(tables[0][unit]) & set(tables[1][unit]))
    cells = [matrices(rows, unit, [column], units)[column] for rows in tables]
    there = [np.isfinite(each).reshape(each.shape[0] * each.shape[1], len(units)) for each in cells]
    if same_rounds:
        rows_kept, columns_kept = _whole_part(there[0] & there[1])
        parts = [rows_kept, rows_kept]
    else:
        rows_kept, columns_kept = _whole_part(np.vstack(there))
        parts = np.split(rows_kept, [len(there[0])])
    kept = []
    for each, part in zip(cells, parts, strict=True):
        passes = part.reshape(each.shape[:2])
        chosen = np.where(passes[:, :, None], each, np.nan)[passes.any(1)]
        kept.append(chosen[:, :, columns_kept])
    left_out = len(first) + len(second) - sum(int(np.isfinite(each).sum()) for each in kept)
    units = [unit for unit, keep in zip(units, columns_kept, strict=True) if keep]
    return Shared(kept[0], kept[1], units, left_out)


def _whole_part(there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which rows and columns to keep so that nothing is absent; the emptiest goes first."""
    rows, columns = np.ones(there.shape[0], bool), np.ones(there.shape[1], bool)
    while not there[rows][:, columns].all():
        lacking = ~there & rows[:, None] & columns
        by_row, by_column = lacking.sum(1) / columns.sum(), lacking.sum(0) / rows.sum()
        if by_row.max() > by_column.max():
            rows[by_row.argmax()] = False
        else:
            columns[by_column.argmax()] = False
    return rows, columns
