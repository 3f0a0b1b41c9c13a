"""Whether an axis should be logarithmic."""

import pandas as pd


def spanned(values: pd.Series, ratio: float = 20.0) -> bool:
    """Whether a logarithmic axis suits: all above 0, the largest ``ratio`` times the smallest."""
    values = values.dropna()
    return not values.empty and values.min() > 0 and values.max() >= ratio * values.min()
