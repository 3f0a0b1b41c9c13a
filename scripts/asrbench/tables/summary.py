"""The summary: what each variant costs and what it gives, one row a variant."""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.study import used_parts
from asrbench.study.config import Study
from asrbench.study.variant import Variant
from asrbench.tables import error_rate, interval_columns, memory_peaks, table_csv
from asrbench.tables.power_columns import BY
from asrbench.tables.table import INTERVAL_NOTE, Table
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, number, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined

LATENCY = [*interval_columns.names("latency_mean_s"), "real_time_factor", "peak_memory_bytes"]
LATENCY += ["gpu_peak_memory_bytes", "load_s", "first_latency_s"]
ENERGY = ["power_mean_w", *interval_columns.names("energy_per_utterance_study_j")]
WER = ["error_rate", *error_rate.WER.columns, *error_rate.CER.columns]


def build(study: Study, results: Path) -> pd.DataFrame:
    """From the tables parameters, latency, energy and wer in results/tables."""
    names = ("parameters", "latency", "energy", "wer")
    tables, absent = table_csv.read_all(results / "tables", names)
    rows = []
    for variant in study.variants():
        row = identity(study, variant) | {
            "error_rate": "",
            "power_status": "unavailable",
            "meter": "",
            "scope": "",
            "threads": str(study.decoding.threads),
        }
        reasons = [f"{name}: {why}" for name, why in absent.items()]
        if "parameters" in tables:
            found, why = _parameters(tables["parameters"], variant)
            row |= found
            reasons += why
        for name, columns in (
            ("latency", LATENCY),
            ("energy", [*ENERGY, "power_status", "meter", "scope", "cpu_s_per_audio_s"]),
            ("wer", WER),
        ):
            if name in tables:
                found, why = _figures(tables[name], variant, columns)
                row |= error_rate.cells_of_first(found) if name == "wer" else found
                if name == "latency":
                    row["real_time_factor_inverse"] = 1 / found.get("real_time_factor", np.nan)
                reasons += [f"{name}: {text}" for text in why]
        rows.append(row | {"reasons": joined(reasons)})
    return pd.DataFrame(rows)


def _parameters(table: pd.DataFrame, variant: Variant) -> tuple[dict, list[str]]:
    rows = table[table["model"] == variant.model].set_index("module")
    wanted = {
        "parameters_whole": "whole",
        "parameters_used": used_parts.parameters_row(variant.ctc_weight),
    }
    if variant.ctc_weight is not None:
        wanted |= {"parameters_ctc": "ctc", "parameters_decoder": "decoder"}
    found = {
        column: rows.at[module, "parameters"]
        for column, module in wanted.items()
        if module in rows.index
    }
    why = [f"parameters: {text}" for text in rows["reason"] if text]
    if not why:
        why = [f"parameters: no {m}" for c, m in wanted.items() if c not in found]
    return found, why


def _figures(table: pd.DataFrame, variant: Variant, columns: list[str]) -> tuple[dict, list[str]]:
    rows = table[(table["model"] == variant.model) & (table["variant"] == variant.slug)]
    if "preferred" in rows:
        rows = rows[rows["preferred"]]
    if rows.empty:
        return {}, ["the table has no such variant; make it again"]
    row = rows.iloc[0]
    return {c: row[c] for c in columns if c in row}, [row["reason"]] if row["reason"] else []


TABLE = Table(
    title="Summary",
    build=build,
    schema=schema(
        **IDENTITY,
        parameters_whole=count(meaning="Parameters of the whole model, each counted once."),
        parameters_used=count(meaning="Parameters that the search with this CTC weight needs."),
        parameters_ctc=count(meaning="Parameters of the CTC head."),
        parameters_decoder=count(meaning="Parameters of the attention decoder."),
        **interval("latency_mean_s", "Mean wall time from a waveform in memory to text."),
        real_time_factor=number(meaning="Seconds of latency for a second of audio."),
        real_time_factor_inverse=number(
            meaning="Seconds of audio for a second of latency (RTFx): 1 over the real-time factor."
        ),
        load_s=number(meaning="Time until the model is in memory."),
        first_latency_s=number(meaning="Latency of the first utterance of a process."),
        peak_memory_bytes=memory_peaks.COLUMNS["peak_memory_bytes"],
        gpu_peak_memory_bytes=memory_peaks.COLUMNS["gpu_peak_memory_bytes"],
        power_mean_w=number(meaning="Mean power while inference runs."),
        **interval(
            "energy_per_utterance_study_j",
            "Mean watts × mean latency, the published study's formula.",
        ),
        **BY,
        cpu_s_per_audio_s=number(
            meaning="CPU seconds for a second of audio: computing time, and no energy."
        ),
        **error_rate.ERROR_RATE,
        **interval("wer_percent", "Word error rate."),
        **error_rate.FIRST_CER,
        threads=text(meaning="CPU threads as configured."),
        reasons=text(meaning="Why figures are absent, by table."),
    ),
    columns=[
        *VARIANT,
        Column("parameters", "parameters_whole"),
        Column("used", "parameters_used"),
        spanned("latency (s)", "latency_mean_s"),
        Column("real-time factor", "real_time_factor"),
        Column("RTFx", "real_time_factor_inverse"),
        Column("load (s)", "load_s"),
        Column("memory (MB)", "peak_memory_bytes", scale=1e-6),
        memory_peaks.GPU_COLUMN,
        Column("power (W)", "power_mean_w"),
        spanned("energy (J)", "energy_per_utterance_study_j"),
        Column("CPU s / audio s", "cpu_s_per_audio_s"),
        *error_rate.SHOWN,
        Column("threads", "threads"),
        Column("remarks", "reasons"),
    ],
    notes=[
        INTERVAL_NOTE,
        "Energy is mean watts × mean latency, by one meter and scope for all variants. CPU seconds "
        "are no energy. Used parameters are those that the search with this CTC weight needs. "
        "Memory is the most resident memory of a process with this build alone while it decodes "
        "the longest utterance (where the "
        "table latency has no loading_peak_memory_bytes, while it loads too).",
    ],
    told=error_rate.why,
)
