"""The table of latency against the number of CPU threads."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from asrbench.engines import catalogue
from asrbench.results import timed_rows
from asrbench.statistics import repeatability
from asrbench.statistics.round_unit_matrix import matrices, shared
from asrbench.study.config import Study
from asrbench.tables import interval_columns, latency_parts, sweep
from asrbench.tables.table import INTERVAL_NOTE, Table
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, number, over, schema
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each variant with each number of threads of the configuration; no rows without numbers.

    The speed-up is latency with one thread over latency with this many, on the
    same utterances.
    """
    rows = []
    for variant in study.variants() if study.sweeps.threads.counts else []:
        found = timed_rows.threads(study, results, variant)
        cannot = catalogue.not_applicable(variant, catalogue.SETS_THREADS)
        if cannot:
            found = replace(found, missing=[cannot])
        alone = found.good[found.good["threads"] == 1]
        figures = partial(_figures, alone=alone)
        for threads in study.sweeps.threads.counts:
            raw = found.all[found.all["threads"] == threads]
            cells = sweep.row(raw, found.missing, "latency_s", f"{threads} threads", figures)
            rows.append(identity(study, variant) | {"thread_count": threads} | cells)
    return pd.DataFrame(interval_columns.moderated(rows))


def _figures(good: pd.DataFrame, alone: pd.DataFrame) -> dict[str, Any]:
    mean = repeatability.mean(matrices(good, "repeat", ["latency_s"])["latency_s"])
    pair = shared(alone, good, "repeat", "latency_s", same_rounds=True)
    faster = repeatability.ratio(pair.first, pair.second)
    lacking = "no speed-up, since the same was not measured with 1 thread"
    return {
        "duration_s": good["duration_s"].mean(),
        "latency_mean_s": mean,
        "interval_over": mean.over,
        "speed_up": faster,
        **latency_parts.means(good.rename(columns={"repeat": "utterance_id"})),
        "reason": lacking if pd.isna(faster.value) else "",
    }


TABLE = Table(
    title="Latency against CPU threads",
    build=build,
    schema=schema(
        **IDENTITY,
        thread_count=count(meaning="CPU threads of the measured process."),
        **sweep.COUNTS,
        duration_s=number(meaning="Mean length of the utterances."),
        **interval("latency_mean_s", "Mean wall time from a waveform in memory to text."),
        interval_over=over("rounds"),
        **interval("speed_up", "Latency with 1 thread over latency with so many, same utterances."),
        **latency_parts.COLUMNS,
        **sweep.REASON,
    ),
    columns=[
        *VARIANT,
        Column("threads", "thread_count"),
        spanned("latency (s)", "latency_mean_s"),
        spanned("speed-up", "speed_up"),
        *latency_parts.SPLIT,
        *sweep.COUNTED,
    ],
    notes=[
        INTERVAL_NOTE,
        "Speed-up: latency with 1 thread over latency with so many, on the same utterances.",
    ],
)
