"""The table of the forward pass against batch size: encoder and CTC head, no search."""

from functools import partial
from pathlib import Path

import pandas as pd

from asrbench.engines import catalogue
from asrbench.results import row_faults, timed_rows
from asrbench.results.raw_files import read_rounds
from asrbench.study.config import Study
from asrbench.tables import interval_columns, sweep
from asrbench.tables.table import SWEEP_NOTE, Table
from asrbench.tables.table_markdown import Column, plain, spanned
from asrbench.tables.table_schema import count, interval, number, schema
from asrbench.tables.variant_rows import IDENTITY

WHO = ("model", "weights", "speech", "synthetic_speech")
TEXT = ["status", "reason"]
UNIT = ["batch_size", "repeat"]
NUMBERS = [*UNIT, "frames", "audio_s", "padding", "forward_s"]


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each build at each batch size; the forward pass does not depend on the CTC weight.

    Throughputs are sums over sums, so they count real utterances and real audio,
    never padding.
    """
    rows, settings = [], study.sweeps.batch
    wanted = timed_rows.grid(UNIT, settings.sizes, settings.repeats)
    for build in study.builds():
        cannot = catalogue.not_applicable(build, catalogue.BATCHES)
        raw, missing = read_rounds(
            results,
            ("sweeps", "batch", build.name),
            0 if cannot else settings.rounds,
            TEXT,
            NUMBERS,
            judged=lambda raw: row_faults.sound(raw, UNIT, "forward_s", row_faults.FORWARD, wanted),
        )
        missing += [cannot] if cannot else []
        # The forward pass has no search, hence neither CTC weight nor engine.
        who = {
            "model": build.name,
            "weights": study.model(build.name).weights,
            "speech": study.speech.name,
            "synthetic_speech": study.speech.synthetic,
        }
        for size in settings.sizes:
            here = raw[raw["batch_size"] == size]
            figures = partial(_figures, size=size)
            cells = sweep.row(here, missing, "forward_s", f"batch size {size}", figures)
            rows.append(who | {"batch_size": size} | cells)
    return pd.DataFrame(interval_columns.moderated(rows))


def _figures(good: pd.DataFrame, size: int) -> dict[str, object]:
    mean = sweep.mean(good, "forward_s")
    return {
        "frames_mean": good["frames"].mean(),
        "forward_mean_s": mean,
        "interval_over": mean.over,
        "per_utterance_s": mean.value / size,
        "throughput_utterances_per_s": size * len(good) / good["forward_s"].sum(),
        "throughput_audio_s_per_s": good["audio_s"].sum() / good["forward_s"].sum(),
        "padding_mean": good["padding"].mean(),
    }


TABLE = Table(
    title="Forward pass against batch size",
    build=build,
    schema=schema(
        **{name: IDENTITY[name] for name in WHO},
        batch_size=count(meaning="Utterances in one batch."),
        **sweep.COUNTS,
        frames_mean=number(meaning="Mean number of frames of a batch's longest utterance."),
        **interval("forward_mean_s", "Mean time of one forward pass: encoder and CTC head."),
        **sweep.OVER,
        per_utterance_s=number(
            meaning="Mean time of the forward pass for one utterance of the batch."
        ),
        throughput_utterances_per_s=number(meaning="Utterances that pass in a second."),
        throughput_audio_s_per_s=number(
            meaning="Seconds of real audio, without padding, that pass in a second."
        ),
        padding_mean=number(high=1.0, meaning="Mean share of frames that are padding."),
        **sweep.REASON,
    ),
    columns=[
        *plain("model", "batch_size"),
        spanned("forward (s)", "forward_mean_s"),
        Column("per utterance (s)", "per_utterance_s"),
        Column("utterances / s", "throughput_utterances_per_s"),
        Column("audio s / s", "throughput_audio_s_per_s"),
        Column("padding", "padding_mean"),
        Column("frames", "frames_mean"),
        *sweep.COUNTED,
    ],
    notes=[SWEEP_NOTE, "Padding is the mean share of padded frames."],
)
