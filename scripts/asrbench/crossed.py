"""Raw rows of several rounds as arrays of rounds × units, the form that intervals need."""

import numpy as np
import pandas as pd

from asrbench.errors import UserError


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
