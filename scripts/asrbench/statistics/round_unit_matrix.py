"""Raw rows of several rounds as arrays of rounds × units, the form that intervals need."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asrbench.basics.errors import UserError


def matrices(
    rows: pd.DataFrame, unit: str, columns: list[str], units: list | None = None
) -> dict[str, np.ndarray]:
    """Each column as an array of shape (rounds, units), NaN where a round has no such row.

    Args:
        rows: with the columns ``round`` and ``unit``, and those named.
        unit: such as utterance_id.
        columns: the columns to arrange.
        units: their order; None for that of the rows.

    Raises:
        UserError: where one round has a unit twice.
    """
    twice = rows.duplicated(["round", unit])
    if twice.any():
        first = rows[twice].iloc[0]
        raise UserError(
            f"round {int(first['round'])} has {unit} {first[unit]} more than once; "
            "remove its raw file, and the workflow measures it again"
        )
    order = list(rows[unit].drop_duplicates()) if units is None else units
    indexed = rows.set_index(["round", unit])
    return {
        column: indexed[column].unstack(unit).reindex(columns=order).to_numpy(dtype=float)
        for column in columns
    }


@dataclass(frozen=True)
class Shared:
    """What two variants both have: the same units, and in one run the same rounds.

    Attributes:
        first, second: shape (rounds, units), no cell absent. The rounds are those of
            each by itself, unless they were asked for in pairs.
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

    A unit that one of them lacks in a round is taken out of both, and out of every round:
    otherwise a variant that loses its longest utterance would seem the faster one. Where a
    round lacks much, that round is taken out in place of its units.

    Args:
        first, second: the columns ``round``, ``unit`` and ``column``, whose numbers are all there.
        unit: such as utterance_id.
        column: what is compared.
        same_rounds: whether round n of both was measured in turn, so that a round belongs
            to both or to neither.
    """
    tables = [first, second]
    if same_rounds:
        rounds = set(first["round"]) & set(second["round"])
        tables = [rows[rows["round"].isin(rounds)] for rows in tables]
    units = sorted(set(tables[0][unit]) & set(tables[1][unit]))
    cells = [matrices(rows, unit, [column], units)[column] for rows in tables]
    there = [np.isfinite(each) for each in cells]
    if same_rounds:
        rows_kept, columns_kept = _whole_part(there[0] & there[1])
        kept = [each[rows_kept][:, columns_kept] for each in cells]
    else:
        rows_kept, columns_kept = _whole_part(np.vstack(there))
        parts = np.split(rows_kept, [len(cells[0])])
        kept = [each[part][:, columns_kept] for each, part in zip(cells, parts, strict=True)]
    left_out = len(first) + len(second) - sum(each.size for each in kept)
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
