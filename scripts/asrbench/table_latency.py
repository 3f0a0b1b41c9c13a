"""The table of latency: one row a variant, from the rounds' raw rows."""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench import bootstrap
from asrbench.config import Study
from asrbench.crossed import matrices
from asrbench.raw_files import failures, read_rounds
from asrbench.table import INTERVAL_NOTE, Table, count, number, schema, speech_note, text
from asrbench.table_markdown import Column
from asrbench.variant_rows import IDENTITY, identity, joined

BUSY_CORES = 0.25
BUSY_RULE = f"load by others above {BUSY_CORES} cores, or throttled"
TEXT = ["utterance_id", "status", "reason", "throttled"]
NUMBERS = ["duration_s", "encode_s", "search_s", "latency_s", "tokens", "load"]


def build(study: Study, results: Path) -> pd.DataFrame:
    """Means with 95 % intervals over rounds and utterances, and each variant against the first.

    Means, median and standard deviation are over all rows that did not fail.
    """
    rows, first = [], None
    for model, weight in study.variants():
        raw, reasons = read_rounds(
            results, ("latency", model, f"ctc{weight}"), study.latency.rounds, TEXT, NUMBERS
        )
        row = identity(study, model, weight) | _counts(raw)
        good = raw[raw["status"] == "ok"]
        reasons += failures(raw)
        if not good.empty:
            row |= _figures(good, study.latency.seed)
            if first is None:
                first = (f"{model} ctc{weight}", good)
            else:
                row |= _against(*first, good, study.latency.seed)
        rows.append(row | {"reason": joined(reasons)})
    return pd.DataFrame(rows)


def _counts(raw: pd.DataFrame) -> dict[str, object]:
    flagged = (raw["load"] > BUSY_CORES) | (raw["throttled"].str.lower() == "true")
    return {
        "rounds": raw["round"].nunique(),
        "utterances": raw["utterance_id"].nunique(),
        "failed": (raw["status"] != "ok").sum(),
        "flagged_rows": flagged.sum(),
        "unchecked_rows": (raw["load"].isna() & ~flagged).sum(),
        "busy_rule": BUSY_RULE,
        "interval_over": "none",
        "difference_from": "",
    }


def _figures(good: pd.DataFrame, seed: int) -> dict[str, object]:
    cells = matrices(good, "utterance_id", ["latency_s", "duration_s"])
    mean = bootstrap.ratio(cells["latency_s"], seed=seed)
    factor = bootstrap.ratio(cells["latency_s"], cells["duration_s"], seed=seed)
    latency = good["latency_s"]
    return {
        "latency_mean_s": mean.value,
        "latency_low_s": mean.low,
        "latency_high_s": mean.high,
        "interval_over": mean.over,
        "latency_median_s": latency.median(),
        "latency_std_s": latency.std(ddof=1),
        "encode_mean_s": good["encode_s"].mean(),
        "search_mean_s": good["search_s"].mean(),
        "other_mean_s": (latency - good["encode_s"] - good["search_s"]).mean(),
        "real_time_factor": factor.value,
        "real_time_factor_low": factor.low,
        "real_time_factor_high": factor.high,
        "tokens_mean": good["tokens"].mean(),
    }


def _against(name: str, first: pd.DataFrame, this: pd.DataFrame, seed: int) -> dict[str, object]:
    shared = sorted(set(first["utterance_id"]) & set(this["utterance_id"]))
    pair = [
        (matrices(rows, "utterance_id", ["latency_s"], shared)["latency_s"], None)
        for rows in (this, first)
    ]
    gap = bootstrap.difference(*pair, seed=seed)
    if np.isnan(gap.value):
        return {}
    return {
        "difference_from": name,
        "difference_mean_s": gap.value,
        "difference_low_s": gap.low,
        "difference_high_s": gap.high,
    }


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        INTERVAL_NOTE + " Difference: from the first variant, utterance by utterance.",
        f"Flagged rows: {BUSY_RULE}. They are counted in the figures.",
    ]


TABLE = Table(
    title="Latency",
    build=build,
    schema=schema(
        **IDENTITY,
        rounds=count(),
        utterances=count(),
        failed=count(),
        latency_mean_s=number(),
        latency_low_s=number(),
        latency_high_s=number(),
        interval_over=text("rounds and utterances", "rounds", "utterances", "none"),
        latency_median_s=number(),
        latency_std_s=number(),
        encode_mean_s=number(),
        search_mean_s=number(),
        other_mean_s=number(low=-1e-3),
        real_time_factor=number(),
        real_time_factor_low=number(),
        real_time_factor_high=number(),
        tokens_mean=number(),
        difference_from=text(),
        difference_mean_s=number(low=None),
        difference_low_s=number(low=None),
        difference_high_s=number(low=None),
        flagged_rows=count(),
        unchecked_rows=count(),
        busy_rule=text(),
        reason=text(),
    ),
    columns=[
        Column("model", "model"),
        Column("CTC weight", "ctc_weight"),
        Column("engine", "engine"),
        Column("latency (s)", "latency_mean_s", "latency_low_s", "latency_high_s"),
        Column("median (s)", "latency_median_s"),
        Column("std (s)", "latency_std_s"),
        Column("encode (s)", "encode_mean_s"),
        Column("search (s)", "search_mean_s"),
        Column("other (s)", "other_mean_s"),
        Column(
            "real-time factor", "real_time_factor", "real_time_factor_low", "real_time_factor_high"
        ),
        Column("difference (s)", "difference_mean_s", "difference_low_s", "difference_high_s"),
        Column("tokens", "tokens_mean"),
        Column("rounds", "rounds"),
        Column("utterances", "utterances"),
        Column("failed", "failed"),
        Column("flagged", "flagged_rows"),
        Column("interval over", "interval_over"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
