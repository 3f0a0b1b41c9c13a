"""The table of latency against the length of the input, in frames of each model's front end."""

from pathlib import Path

import pandas as pd

from asrbench.results import timed_rows
from asrbench.study.config import Study
from asrbench.tables import interval_columns, latency_parts, sweep
from asrbench.tables.table import SWEEP_NOTE, Table
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, number, schema
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each variant at each length of the configuration."""
    rows = []
    for variant in study.variants():
        found = timed_rows.frames(study, results, variant)
        for length in study.sweeps.frames.lengths:
            raw = found.all[found.all["length_frames"] == length]
            cells = sweep.row(raw, found.missing, "latency_s", f"{length} frames", _figures)
            rows.append(identity(study, variant) | {"length_frames": length} | cells)
    return pd.DataFrame(interval_columns.moderated(rows))


def _figures(good: pd.DataFrame) -> dict[str, object]:
    mean = sweep.mean(good, "latency_s")
    return {
        "duration_s": good["duration_s"].mean(),
        "latency_mean_s": mean,
        "interval_over": mean.over,
        **latency_parts.means(good, sweep=True),
        "tokens_mean": good["tokens"].mean(),
    }


TABLE = Table(
    title="Latency against input length",
    build=build,
    schema=schema(
        **IDENTITY,
        length_frames=count(meaning="Length of the input in frames of the model's own front end."),
        duration_s=number(meaning="Mean length of the input in seconds."),
        **sweep.COUNTS,
        **interval("latency_mean_s", "Mean wall time from a waveform in memory to text."),
        **sweep.OVER,
        **latency_parts.COLUMNS,
        tokens_mean=number(meaning="Mean number of tokens in the text that was found."),
        **sweep.REASON,
    ),
    columns=[
        *VARIANT,
        Column("frames", "length_frames"),
        Column("audio (s)", "duration_s"),
        spanned("latency (s)", "latency_mean_s"),
        *latency_parts.SPLIT,
        Column("tokens", "tokens_mean"),
        *sweep.COUNTED,
    ],
    notes=[
        SWEEP_NOTE,
        "A frame is one step of the model's own front end, so seconds differ between models.",
    ],
)
