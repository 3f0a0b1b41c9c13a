"""Columns of the most memory that inference took, and loading apart from it."""

import numpy as np
import pandas as pd

from asrbench.study.variant import Variant
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import count, text

NOTE = (
    "Peak memory is the most resident memory of a process that holds this build alone, Python and "
    "torch included, while it decodes the longest utterance of the sample; loading has a peak of "
    "its own. Where none is given for loading, the kernel or an earlier version could not tell "
    "them apart, and peak memory includes loading. GPU memory is that of torch's tensors; on a "
    "Jetson it is a part of the device's one memory."
)
COLUMNS = {
    "peak_memory_bytes": count(
        meaning="Most resident memory of a process with this build alone while it decodes the "
        "sample's longest utterance, Python included; where loading_peak_memory_bytes is absent, "
        "while it loads too."
    ),
    "loading_peak_memory_bytes": count(
        meaning="Most resident memory until the model was loaded, where it could be told apart."
    ),
    "gpu_peak_memory_bytes": count(
        meaning="Most memory that torch's tensors took on the GPU while it decodes, the model "
        "included; CUDA's own memory is not in it."
    ),
    "gpu_memory_reason": text(meaning="Why none of a GPU is told."),
}
_PEAKS = [name for name in COLUMNS if name.endswith("_bytes")]
GPU_COLUMN = Column("GPU memory (MB)", "gpu_peak_memory_bytes", scale=1e-6, seldom=True)


def of(variant: Variant, *parts: pd.DataFrame) -> dict[str, float | str]:
    """The most over all rows of a variant that tell it: those of processes with one build.

    Args:
        parts: rows of the footprint and of latency that have a latency: what was given up tells
            the memory of what was loaded.
    """
    rows = pd.DataFrame({name: pd.concat([part[name] for part in parts]) for name in _PEAKS})
    peaks, loading = rows["peak_memory_bytes"], rows["loading_peak_memory_bytes"]
    apart = loading.notna() | peaks.isna()
    return {
        "peak_memory_bytes": peaks.max(),
        "loading_peak_memory_bytes": loading.max() if apart.all() else np.nan,
        "gpu_peak_memory_bytes": rows["gpu_peak_memory_bytes"].max(),
        "gpu_memory_reason": _no_gpu_memory(rows, variant),
    }


def _no_gpu_memory(rows: pd.DataFrame, variant: Variant) -> str:
    if not variant.on_gpu:
        return "it computes on the CPU"
    if rows["gpu_peak_memory_bytes"].notna().any():
        return ""
    return "its rows tell none" if len(rows) else "it has no rows"
