"""The table of the forward pass against batch size: encoder and CTC head, no search."""

from pathlib import Path

import pandas as pd

from asrbench.results import row_faults, timed_rows
from asrbench.results.raw_files import read_rounds, usable
from asrbench.statistics import repeatability
from asrbench.statistics.round_unit_matrix import SWEPT, sweep_matrices
from asrbench.study.config import Study
from asrbench.tables import interval_columns
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
from asrbench.tables.variant_rows import IDENTITY, joined

TEXT = ["status", "reason"]
UNIT = ["batch_size", "repeat"]
NUMBERS = [*UNIT, "frames", "audio_s", "padding", "forward_s"]


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each model at each batch size; the forward pass does not depend on the CTC weight.

    Throughputs are sums over sums, so they count real utterances and real audio,
    never padding.
    """
    rows, sweep = [], study.sweeps.batch
    wanted = timed_rows.grid(UNIT, sweep.sizes, sweep.repeats)
    for model in study.models:
        raw, missing = read_rounds(
            results,
            ("sweeps", "batch", model.name),
            sweep.rounds,
            TEXT,
            NUMBERS,
            judged=lambda raw: row_faults.sound(raw, UNIT, "forward_s", row_faults.FORWARD, wanted),
        )
        for size in sweep.sizes:
            here = raw[raw["batch_size"] == size]
            good, why = usable(here, "forward_s")
            reasons = missing + why
            if here.empty and not missing:
                reasons.append(f"no raw row of batch size {size}")
            row = {
                "model": model.name,
                "weights": model.weights,
                "speech": study.speech.name,
                "synthetic_speech": study.speech.synthetic,
                "batch_size": size,
                "repeats": here["repeat"].nunique(),
                "rounds": here["round"].nunique(),
                "failed": (here["status"] != "ok").sum(),
                "interval_over": "none",
                "reason": joined(reasons),
            }
            rows.append(row if good.empty else row | _figures(good, size))
    return pd.DataFrame(interval_columns.moderated(rows))


def _figures(good: pd.DataFrame, size: int) -> dict[str, object]:
    mean = repeatability.mean(sweep_matrices(good, ["forward_s"])["forward_s"], SWEPT)
    return {
        "frames_mean": good["frames"].mean(),
        "forward_mean_s": mean,
        "interval_over": mean.over,
        "per_utterance_s": mean.value / size,
        "throughput_utterances_per_s": size * len(good) / good["forward_s"].sum(),
        "throughput_audio_s_per_s": good["audio_s"].sum() / good["forward_s"].sum(),
        "padding_mean": good["padding"].mean(),
    }


def _notes(study: Study) -> list[str]:
    return [*speech_note(study), SWEEP_NOTE, "Padding is the mean share of padded frames."]


TABLE = Table(
    title="Forward pass against batch size",
    build=build,
    schema=schema(
        **{name: IDENTITY[name] for name in ("model", "weights", "speech", "synthetic_speech")},
        batch_size=count(meaning="Utterances in one batch."),
        repeats=count(meaning="Different batches of this size."),
        rounds=count(meaning="Rounds (fresh processes) that are in the row."),
        failed=count(meaning="Raw rows that failed."),
        frames_mean=number(meaning="Mean number of frames of a batch's longest utterance."),
        **interval("forward_mean_s", "Mean time of one forward pass: encoder and CTC head."),
        interval_over=text(
            "rounds",
            "repeats",
            "none",
            meaning="What varied for the interval.",
        ),
        per_utterance_s=number(
            meaning="Mean time of the forward pass for one utterance of the batch."
        ),
        throughput_utterances_per_s=number(meaning="Utterances that pass in a second."),
        throughput_audio_s_per_s=number(
            meaning="Seconds of real audio, without padding, that pass in a second."
        ),
        padding_mean=number(high=1.0, meaning="Mean share of frames that are padding."),
        reason=text(meaning="Why rows or rounds are absent or failed."),
    ),
    columns=[
        Column("model", "model"),
        Column("batch size", "batch_size"),
        spanned("forward (s)", "forward_mean_s"),
        Column("per utterance (s)", "per_utterance_s"),
        Column("utterances / s", "throughput_utterances_per_s"),
        Column("audio s / s", "throughput_audio_s_per_s"),
        Column("padding", "padding_mean"),
        Column("frames", "frames_mean"),
        Column("repeats", "repeats"),
        Column("rounds", "rounds"),
        Column("failed", "failed"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
