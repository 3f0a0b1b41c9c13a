"""The table of latency: one row a variant, from the rounds' raw rows."""

from pathlib import Path

import pandas as pd

from asrbench.device.busy import BUSY_CORES, SWAPPED_BYTES
from asrbench.results import latency_pair, opening, timed_rows
from asrbench.statistics import outliers
from asrbench.statistics.repeatability import Estimate
from asrbench.study.config import Study
from asrbench.tables import (
    interval_columns,
    latency_parts,
    latency_statistics,
    memory_peaks,
    percentiles,
    restlessness,
    search_ends,
)
from asrbench.tables.table import REPEATED_NOTE, Table, speech_note
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, number, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined

BUSY_RULE = (
    f"load by others above {BUSY_CORES} cores, throttled, or more than {SWAPPED_BYTES} bytes "
    "swapped"
)


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each variant of the study, with its reason where it was not measured."""
    rows, other_versions = [], timed_rows.other_versions(study, results)
    apart = timed_rows.apart(study, results)
    good = []
    for variant in study.variants():
        found = timed_rows.sample(study, results, variant)
        good += [] if found.good.empty else [found.good]
        footprint = timed_rows.footprint(study, results, variant)
        row = identity(study, variant) | _counts(found.all)
        row |= memory_peaks.of(variant, footprint.good, found.good)
        row |= opening.of(results, variant, study.latency.rounds, footprint)
        if not found.good.empty:
            row |= latency_statistics.of(found.good, study.latency.seed)
        remarks = [*found.reasons, other_versions.get(variant, ""), apart.get(variant, "")]
        if pd.isna(row["peak_memory_bytes"]):
            remarks += footprint.reasons
        rows.append(row | {"reason": joined(remarks)})
    cells = [row.get("latency_mean_s") for row in rows]
    means = [cell for cell in cells if isinstance(cell, Estimate)]
    run = restlessness.of(means, latency_pair.of_run(good))
    return pd.DataFrame([row | run for row in interval_columns.moderated(rows)])


def _counts(raw: pd.DataFrame) -> dict[str, object]:
    flagged = (raw["load"] > BUSY_CORES) | (raw["throttled"].str.lower() == "true")
    flagged |= raw["swapped_bytes"] > SWAPPED_BYTES
    return {
        "rounds": raw["round"].nunique(),
        "passes": raw["pass"].nunique() if "pass" in raw else 0,
        "utterances": raw["utterance_id"].nunique(),
        "failed": (raw["status"] != "ok").sum(),
        "flagged_rows": flagged.sum(),
        "unchecked_rows": (raw["load"].isna() & ~flagged).sum(),
        "busy_rule": BUSY_RULE,
        "interval_over": "none",
        "transfer_over": "none",
        "percentiles_reason": "",
        "line_reason": "",
        **search_ends.counted(raw["ended"], "rows"),
    }


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        REPEATED_NOTE,
        "Latency = encode + decoder + CTC + bookkeeping + other; decoder and CTC are their "
        "scoring in the search, bookkeeping is the rest of the search.",
        "Start-up and slope: the straight line latency = start-up + slope × seconds of audio.",
        "p90, p95, p99: percentile of the sample, and the bound below which the true one lies at "
        "99 % confidence (early-stopping rule of MLPerf Inference); a dash where the utterances "
        "are too few for it.",
        f"Flagged rows: {BUSY_RULE}. Outliers: more than {outliers.LIMIT} median absolute "
        "deviations from the median of latencies relative to their utterance's. Both are counted "
        "in the figures.",
    ]


def _bounded(name: str) -> list[Column]:
    return [
        Column(f"{name} (s)", f"latency_{name}_s"),
        Column(f"{name} at most (s)", f"latency_{name}_at_most_s"),
    ]


TABLE = Table(
    title="Latency",
    build=build,
    schema=schema(
        **IDENTITY,
        rounds=count(meaning="Rounds (fresh processes) that are in the row."),
        passes=count(meaning="Repetitions of the sample in each of these processes."),
        utterances=count(meaning="Different utterances that were tried."),
        failed=count(meaning="Raw rows that failed; they have no latency."),
        **interval("latency_mean_s", "Mean wall time from a waveform in memory to text."),
        **interval(
            "latency_undisturbed_s",
            "Mean over utterances of the least latency of each over rounds and passes.",
        ),
        interval_over=text(
            "rounds and passes",
            "rounds",
            "passes",
            "none",
            meaning="What varied for the intervals; utterances are the same.",
        ),
        latency_median_s=number(meaning="Median over all rows."),
        **percentiles.COLUMNS,
        latency_std_s=number(meaning="Standard deviation over all rows."),
        latency_std_within_rounds_s=number(
            meaning="Standard deviation over a round's utterances, pooled over rounds."
        ),
        latency_std_between_rounds_s=number(meaning="Standard deviation of the rounds' means."),
        **restlessness.COLUMNS,
        **latency_parts.COLUMNS,
        **interval("real_time_factor", "Seconds of latency for a second of audio, sums over sums."),
        real_time_factor_transfer_low=number(
            meaning="Real-time factor that other speech like this would give: lower bound at 95 %."
        ),
        real_time_factor_transfer_high=number(meaning="The upper bound of that."),
        transfer_over=text(
            "speakers", "utterances", "none", meaning="What was resampled for these two bounds."
        ),
        **interval(
            "cpu_s_per_audio_s",
            "CPU seconds of all threads for a second of audio: computing time, no energy.",
        ),
        **interval(
            "startup_s",
            "Where the line latency = start-up + slope × seconds of audio begins.",
            low=None,
        ),
        **interval("slope_s_per_audio_s", "Slope of that line.", low=None),
        line_reason=text(meaning="Why there is no line."),
        load_s=number(
            meaning="Time from the start of loading to a model in memory, packages "
            "that are imported for it included."
        ),
        first_latency_s=number(
            meaning="Latency of this decoding's first utterance, the longest of the sample, in a "
            "process with this build alone."
        ),
        computes_in=text(meaning="What the runtime says that it computes in."),
        threads_in_effect=text(meaning="Threads that it says it uses."),
        cpu_features=text(meaning="Instructions of the processor that it says it uses."),
        gpu=text(meaning="Name of the GPU that it computes on; empty: it computes on the CPU."),
        cuda=text(meaning="Version of CUDA that torch was built for."),
        cudnn=text(meaning="Version of cuDNN that torch uses, as a number."),
        tf32=text(meaning="Whether float32 products on the GPU are of TensorFloat-32: off."),
        cudnn_autotuning=text(meaning="Whether cuDNN tries out its algorithms on new shapes: off."),
        tokens_mean=number(meaning="Mean number of tokens in the text that was found."),
        **memory_peaks.COLUMNS,
        **search_ends.columns("rows"),
        outlier_rows=count(
            meaning="Rows far from the rest by the rule in the notes; they are counted in."
        ),
        flagged_rows=count(
            meaning="Rows measured while the device was busy, throttled or swapping; counted in."
        ),
        unchecked_rows=count(meaning="Rows for which the device did not tell its load."),
        busy_rule=text(meaning="When a row is flagged."),
        reason=text(meaning="Why rows or rounds are absent or failed."),
    ),
    columns=[
        *VARIANT,
        spanned("latency (s)", "latency_mean_s"),
        spanned("undisturbed (s)", "latency_undisturbed_s"),
        Column("median (s)", "latency_median_s"),
        *(column for name in percentiles.SHARES for column in _bounded(name)),
        Column("std within rounds (s)", "latency_std_within_rounds_s"),
        Column("std between rounds (s)", "latency_std_between_rounds_s"),
        Column("encode (s)", "encode_mean_s"),
        Column("decoder (s)", "decoder_mean_s"),
        Column("CTC (s)", "ctc_mean_s"),
        Column("bookkeeping (s)", "bookkeeping_mean_s"),
        Column("other (s)", "other_mean_s"),
        spanned("real-time factor", "real_time_factor"),
        Column("of other speech from", "real_time_factor_transfer_low"),
        Column("to", "real_time_factor_transfer_high"),
        spanned("CPU s / audio s", "cpu_s_per_audio_s"),
        spanned("start-up (s)", "startup_s"),
        spanned("slope (s/s)", "slope_s_per_audio_s"),
        Column("load (s)", "load_s"),
        Column("first utterance (s)", "first_latency_s"),
        Column("computes in", "computes_in"),
        Column("threads", "threads_in_effect"),
        Column("GPU", "gpu", seldom=True),
        memory_peaks.GPU_COLUMN,
        Column("tokens", "tokens_mean"),
        Column("rounds", "rounds"),
        Column("passes", "passes"),
        Column("utterances", "utterances"),
        Column("failed", "failed"),
        *search_ends.shown("rows"),
        Column("flagged", "flagged_rows"),
        Column("outliers", "outlier_rows"),
        Column("interval over", "interval_over"),
        Column("other speech over", "transfer_over"),
        Column("percentiles", "percentiles_reason"),
        Column("line", "line_reason"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
    told=lambda rows: [restlessness.sentence(rows)],
)
