"""The table of latency against the length of the input, in frames of each model's front end."""

from pathlib import Path

import pandas as pd

from asrbench.results import timed_rows
from asrbench.results.raw_files import usable
from asrbench.statistics import repeatability
from asrbench.statistics.round_unit_matrix import SWEPT, sweep_matrices
from asrbench.study.config import Study
from asrbench.tables import interval_columns, latency_parts
from asrbench.tables.table import (
    SWEEP_NOTE,
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
    """Each variant at each length of the configuration."""
    rows = []
    for model, weight in study.variants():
        found = timed_rows.frames(study, results, model, weight)
        for length in study.sweeps.frames.lengths:
            here = found.all[found.all["length_frames"] == length]
            good, why = usable(here, "latency_s")
            reasons = found.missing + why
            if here.empty and not found.missing:
                reasons.append(f"no raw row of {length} frames")
            row = identity(study, model, weight) | {
                "length_frames": length,
                "repeats": here["repeat"].nunique(),
                "rounds": here["round"].nunique(),
                "failed": (here["status"] != "ok").sum(),
                "interval_over": "none",
                "reason": joined(reasons),
            }
            rows.append(row if good.empty else row | _figures(good))
    return pd.DataFrame(interval_columns.moderated(rows))


def _figures(good: pd.DataFrame) -> dict[str, object]:
    mean = repeatability.mean(sweep_matrices(good, ["latency_s"])["latency_s"], SWEPT)
    return {
        "duration_s": good["duration_s"].mean(),
        "latency_mean_s": mean,
        "interval_over": mean.over,
        **latency_parts.means(good, sweep=True),
        "tokens_mean": good["tokens"].mean(),
    }


def _notes(study: Study) -> list[str]:
    frames = "A frame is one step of the model's own front end, so seconds differ between models."
    return [*speech_note(study), SWEEP_NOTE, frames]


TABLE = Table(
    title="Latency against input length",
    build=build,
    schema=schema(
        **IDENTITY,
        length_frames=count(meaning="Length of the input in frames of the model's own front end."),
        duration_s=number(meaning="Mean length of the input in seconds."),
        repeats=count(meaning="Different pieces of speech of this length."),
        rounds=count(meaning="Rounds (fresh processes) that are in the row."),
        failed=count(meaning="Raw rows that failed."),
        **interval("latency_mean_s", "Mean wall time from a waveform in memory to text."),
        interval_over=text(
            "rounds",
            "repeats",
            "none",
            meaning="What varied for the intervals.",
        ),
        **latency_parts.COLUMNS,
        tokens_mean=number(meaning="Mean number of tokens in the text that was found."),
        reason=text(meaning="Why rows or rounds are absent or failed."),
    ),
    columns=[
        *VARIANT,
        Column("engine", "engine"),
        Column("frames", "length_frames"),
        Column("audio (s)", "duration_s"),
        spanned("latency (s)", "latency_mean_s"),
        Column("encode (s)", "encode_mean_s"),
        Column("decoder (s)", "decoder_mean_s"),
        Column("CTC (s)", "ctc_mean_s"),
        Column("bookkeeping (s)", "bookkeeping_mean_s"),
        Column("tokens", "tokens_mean"),
        Column("repeats", "repeats"),
        Column("rounds", "rounds"),
        Column("failed", "failed"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
