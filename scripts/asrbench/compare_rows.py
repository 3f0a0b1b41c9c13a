"""Rows of several runs' figures: each variant on each device, and against the first device.

The published study is one more device, whose figures have no intervals.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from asrbench import latency_pair, propagate, published_study, run_differences, timed_rows
from asrbench.evidence import Absent
from asrbench.run_folder import Run
from asrbench.variant_rows import joined

Variant = tuple[str, str]
PUBLISHED = published_study.LABEL
PUBLISHED_REASON = "published figure without raw rows"
_LATENCY = ("latency_mean_s", "latency_low_s", "latency_high_s")
_ENERGY = tuple(f"energy_per_utterance_study_{end}" for end in ("j", "low_j", "high_j"))
_WER = ("wer_percent", "wer_low_percent", "wer_high_percent")


def variants(runs: list[Run]) -> list[Variant]:
    """Every variant of any run, then those of the published study alone."""
    published = published_study.load()
    theirs = list(zip(published["model"], published["ctc_weight"], strict=True))
    return list(dict.fromkeys([*_of_runs(runs), *theirs]))


def _of_runs(runs: list[Run]) -> list[Variant]:
    return list(dict.fromkeys(v for run in runs for v in run.study.variants()))


def _having(runs: list[Run], variant: Variant) -> list[Run]:
    """All runs, or none of them where no run has the variant: then it is a published one alone."""
    return runs if variant in _of_runs(runs) else []


def devices(runs: list[Run]) -> pd.DataFrame:
    """One row a run: what it ran on, and in what its configuration differs from the first's."""
    rows = []
    for run in runs:
        study, versions = run.study, run.device.get("versions") or {}
        told = {name: run.device.get(name) for name in _DEVICE_TEXT}
        rows.append(
            {
                "device": run.label,
                **{name: "" if value is None else str(value) for name, value in told.items()},
                **{name: run.device.get(name) for name in ("cores", "memory_bytes")},
                "torch": versions.get("torch") or "",
                "espnet": versions.get("espnet") or "",
                "results_version": run.device["results_version"],
                "speech": study.speech.name,
                "beam_size": study.decoding.beam_size,
                "threads": str(study.decoding.threads),
                "differs": run_differences.configuration(runs[0], run),
            }
        )
    return pd.DataFrame(rows)


_DEVICE_TEXT = (
    *("board", "cpu", "architecture", "system", "kernel", "governor", "python", "commit"),
    *("described_utc", "config_sha256"),
)


def latency(runs: list[Run]) -> Iterator[dict]:
    """Means, and ratios over the utterances that both have, by bootstrap of the raw rows."""
    seed = runs[0].study.latency.seed
    for variant in variants(runs):
        raw = {}
        for run in _having(runs, variant):
            row = _identity(run, variant)
            found, reason = _figures(run, "latency", variant, (*_LATENCY, "real_time_factor"))
            row |= found
            if variant in run.study.variants():
                raw[run.label] = timed_rows.sample(run.study, run.results, *variant).good
            if run is not runs[0]:
                why = reason or _incomparable(runs[0], run, variant, "latency", _LATENCY[0])
                why = why or _without_rows(raw, runs[0].label, run.label)
                against = {} if why else _ratio(raw[run.label], raw[runs[0].label], seed)
                row |= {"against": runs[0].label} | against
                reason = joined([why, against.get("reason", "")])
            yield row | {"reason": reason}
        published = _published(variant)
        if published is not None:
            yield published | {"latency_mean_s": _of(variant, "latency_mean_s")}


def _without_rows(raw: dict[str, pd.DataFrame], *labels: str) -> str:
    lacking = [label for label in labels if raw[label].empty]
    return f"no ratio, since raw rows are absent in {', '.join(lacking)}" if lacking else ""


def _ratio(second: pd.DataFrame, first: pd.DataFrame, seed: int) -> dict[str, object]:
    pair = latency_pair.compare(second, first, seed)
    reason = ""
    if pair.utterances == 0:
        reason = "they share no utterance"
    elif pair.ratio.over == "none":
        reason = "one utterance in one round gives no interval"
    return {
        "utterances_shared": pair.utterances,
        "ratio": pair.ratio.value,
        "ratio_low": pair.ratio.low,
        "ratio_high": pair.ratio.high,
        "interval_over": pair.ratio.over,
        "verdict": pair.verdict,
        "reason": reason,
    }


def energy(runs: list[Run]) -> Iterator[dict]:
    """Joules of an utterance; ratios only where both were measured, of one scope."""
    for variant in variants(runs):
        first = None
        for run in _having(runs, variant):
            figures, reason = _figures(run, "energy", variant, (*_ENERGY, "power_mean_w"))
            row = _identity(run, variant) | _meter(run, variant) | figures
            if run is runs[0]:
                first = row
            else:
                row["against"] = runs[0].label
                why = reason or _incomparable(runs[0], run, variant, "energy", _ENERGY[0])
                why = why or _other_scope(first, row)
                if not why:
                    pair = [tuple(each[name] for name in _ENERGY) for each in (row, first)]
                    row |= _three("ratio", "", propagate.ratio(*pair))
                reason = why
            yield row | {"reason": reason}
        published = _published(variant)
        if published is not None:
            watts = {"power_mean_w": _of(variant, "power_mean_w")}
            why = f"{PUBLISHED_REASON}; powertop's estimate on an unknown supply"
            joules = {_ENERGY[0]: _of(variant, "energy_j"), "reason": why}
            yield published | watts | joules | {"power_status": "published"}


def _meter(run: Run, variant: Variant) -> dict[str, str]:
    names = ("power_status", "meter", "scope")
    try:
        table = run.tables.read("energy")
    except Absent:
        return {"power_status": "unavailable"}
    rows = table[(table["model"] == variant[0]) & (table["ctc_weight"] == variant[1])]
    rows = rows[rows["preferred"]]
    if rows.empty:
        return {"power_status": "unavailable"}
    return {name: rows.iloc[0][name] for name in names}


def _other_scope(first: dict, second: dict) -> str:
    for name in ("power_status", "scope"):
        if first.get(name) != second.get(name):
            words = name.replace("power_", "")
            return f"not comparable: another {words} ({second.get(name)}, not {first.get(name)})"
    return ""


def word_errors(runs: list[Run]) -> Iterator[dict]:
    """Rates, and differences in percentage points where the same words were decoded."""
    for variant in variants(runs):
        first = None
        for run in _having(runs, variant):
            row = _identity(run, variant)
            figures, reason = _figures(run, "wer", variant, (*_WER, "words"))
            row |= figures
            if run is runs[0]:
                first = row
            else:
                row["against"] = runs[0].label
                why = reason or _incomparable(runs[0], run, variant, "wer", _WER[0])
                if not why and first["words"] != row["words"]:
                    why = f"other references ({row['words']:.0f} words, not {first['words']:.0f})"
                if not why:
                    pair = [tuple(each[name] for name in _WER) for each in (row, first)]
                    row |= _three("difference", "_percent", propagate.difference(*pair))
                reason = why
            yield row | {"reason": reason}
        published = _published(variant)
        if published is not None:
            table = published_study.load()
            bound = table.loc[_at(table, variant), "wer_is_bound"].iloc[0]
            why = "; above this, says the study" if bound else ""
            yield published | {
                "wer_percent": _of(variant, "wer_percent"),
                "reason": PUBLISHED_REASON + why,
            }


def _identity(run: Run, variant: Variant) -> dict[str, object]:
    model = next((m for m in run.study.models if m.name == variant[0]), None)
    return {
        "model": variant[0],
        "ctc_weight": variant[1],
        "engine": model.engine if model else "",
        "weights": model.weights if model else "",
        "device": run.label,
        "interval_over": "none",
    }


def _figures(run: Run, name: str, variant: Variant, columns: tuple[str, ...]):
    """The named figures of a variant, the first of which must be there, and why they are not."""
    try:
        row = _found(run, name, variant, columns[0])
    except Absent as absent:
        return {}, str(absent)
    return {column: float(row[column]) for column in columns}, ""


def _found(run: Run, name: str, variant: Variant, needed: str) -> pd.Series:
    if variant not in run.study.variants():
        raise Absent("its study has no such variant")
    where = {"model": variant[0], "ctc_weight": variant[1]}
    where |= {"preferred": True} if name == "energy" else {}
    return run.tables.row(name, needed, **where)


def _incomparable(first: Run, second: Run, variant: Variant, name: str, needed: str) -> str:
    """Why a variant's figure is not set against the first device's."""
    try:
        _found(first, name, variant, needed)
    except Absent as absent:
        return f"{first.label}: {absent}"
    why = run_differences.of_model(first, second, variant[0])
    return f"not comparable: {why}" if why else ""


def _published(variant: Variant) -> dict[str, object] | None:
    table = published_study.load()
    if not _at(table, variant).any():
        return None
    return {
        "model": variant[0],
        "ctc_weight": variant[1],
        "engine": "espnet",
        "weights": "trained",
        "device": PUBLISHED,
        "interval_over": "none",
        "reason": PUBLISHED_REASON,
    }


def _of(variant: Variant, column: str) -> float:
    table = published_study.load()
    return float(table.loc[_at(table, variant), column].iloc[0])


def _at(table: pd.DataFrame, variant: Variant) -> np.ndarray:
    return ((table["model"] == variant[0]) & (table["ctc_weight"] == variant[1])).to_numpy()


def _three(name: str, unit: str, figures: propagate.Figure) -> dict[str, float]:
    names = (f"{name}{unit}", f"{name}_low{unit}", f"{name}_high{unit}")
    return dict(zip(names, figures, strict=True))
