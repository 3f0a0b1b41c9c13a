"""The table of latency against the number of CPU threads."""

from pathlib import Path
from typing import Any

import pandas as pd

from asrbench.results import timed_rows
from asrbench.results.raw_files import usable
from asrbench.statistics import repeatability
from asrbench.statistics.round_unit_matrix import matrices, shared
from asrbench.study.config import Study
from asrbench.tables import interval_columns, latency_parts
from asrbench.tables.table import (
    INTERVAL_NOTE,
    Table,
    count,
    interval,
    number,
    schema,
    speech_note,
    text,
)
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each variant with each number of threads of the configuration; no rows without numbers.

    The speed-up is latency with one thread over latency with this many, on the
    same utterances.
    """
    rows = []
    for model, weight in study.variants() if study.sweeps.threads.counts else []:
        found = timed_rows.threads(study, results, model, weight)
        alone = found.good[found.good["threads"] == 1]
        for threads in study.sweeps.threads.counts:
            here = found.all[found.all["threads"] == threads]
            good, why = usable(here, "latency_s")
            reasons = found.missing + why
            if here.empty and not found.missing:
                reasons.append(f"no raw row with {threads} threads")
            row: dict[str, Any] = identity(study, model, weight) | {
                "thread_count": threads,
                "repeats": here["repeat"].nunique(),
                "rounds": here["round"].nunique(),
                "failed": (here["status"] != "ok").sum(),
                "interval_over": "none",
            }
            if not good.empty:
                row |= _figures(good, alone)
                if pd.isna(row["speed_up"].value):
                    reasons.append("no speed-up, since the same was not measured with 1 thread")
            rows.append(row | {"reason": joined(reasons)})
    return pd.DataFrame(interval_columns.moderated(rows))


def _figures(good: pd.DataFrame, alone: pd.DataFrame) -> dict[str, Any]:
    mean = repeatability.mean(matrices(good, "repeat", ["latency_s"])["latency_s"])
    pair = shared(alone, good, "repeat", "latency_s", same_rounds=True)
    return {
        "duration_s": good["duration_s"].mean(),
        "latency_mean_s": mean,
        "interval_over": mean.over,
        "speed_up": repeatability.ratio(pair.first, pair.second),
        **latency_parts.means(good.rename(columns={"repeat": "utterance_id"})),
    }


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        INTERVAL_NOTE,
        "Speed-up: latency with 1 thread over latency with so many, on the same utterances.",
    ]


TABLE = Table(
    title="Latency against CPU threads",
    build=build,
    schema=schema(
        **IDENTITY,
        thread_count=count(meaning="CPU threads of the measured process."),
        repeats=count(meaning="Different utterances."),
        rounds=count(meaning="Rounds (fresh processes) that are in the row."),
        failed=count(meaning="Raw rows that failed."),
        duration_s=number(meaning="Mean length of the utterances."),
        **interval("latency_mean_s", "Mean wall time from a waveform in memory to text."),
        interval_over=text(
            "rounds", "none", meaning="What varied for the intervals: utterances are the same."
        ),
        **interval("speed_up", "Latency with 1 thread over latency with so many, same utterances."),
        **latency_parts.COLUMNS,
        reason=text(meaning="Why rows are absent or failed, or there is no speed-up."),
    ),
    columns=[
        *VARIANT,
        Column("engine", "engine"),
        Column("threads", "thread_count"),
        spanned("latency (s)", "latency_mean_s"),
        spanned("speed-up", "speed_up"),
        Column("encode (s)", "encode_mean_s"),
        Column("decoder (s)", "decoder_mean_s"),
        Column("CTC (s)", "ctc_mean_s"),
        Column("bookkeeping (s)", "bookkeeping_mean_s"),
        Column("repeats", "repeats"),
        Column("rounds", "rounds"),
        Column("failed", "failed"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
