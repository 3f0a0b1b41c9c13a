"""Which choices no other choice beats."""

import pandas as pd


def front(rows: pd.DataFrame, costs: list[str]) -> pd.Series:
    """Whether each row is on the Pareto front: no other is as low in all costs and lower in one.

    Args:
        rows: every one of ``costs`` is there in every row.
        costs: columns of which less is better.
    """
    values = rows[costs].to_numpy(float)
    as_low = (values[:, None] <= values[None, :]).all(axis=2)
    lower = (values[:, None] < values[None, :]).any(axis=2)
    return pd.Series(~(as_low & lower).any(axis=0), index=rows.index, dtype=bool)
