"""Columns of the most memory that inference took, and loading apart from it."""

import numpy as np
import pandas as pd

from asrbench.tables.table_schema import count

NOTE = (
    "Peak memory is the most resident memory of the measuring process, Python and torch included, "
    "while it decodes; loading has a peak of its own. Where none is given for loading, the kernel "
    "or an earlier version could not tell them apart, and peak memory includes loading."
)
COLUMNS = {
    "peak_memory_bytes": count(
        meaning="Most resident memory of the measuring process while it decodes, Python included; "
        "where loading_peak_memory_bytes is absent, while it loads too."
    ),
    "loading_peak_memory_bytes": count(
        meaning="Most resident memory until the model was loaded, where it could be told apart."
    ),
}


def of(rows: pd.DataFrame) -> dict[str, float]:
    """The most over all rounds and rows."""
    peaks, loading = rows["peak_memory_bytes"], rows["loading_peak_memory_bytes"]
    apart = loading.notna() | peaks.isna()
    return {
        "peak_memory_bytes": peaks.max(),
        "loading_peak_memory_bytes": loading.max() if apart.all() else np.nan,
    }
