"""The table of power and energy: one row a variant. An absent watt is empty, never 0."""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench import bootstrap, power_windows, table_csv
from asrbench.config import Study
from asrbench.propagate import product
from asrbench.table import INTERVAL_NOTE, Table, count, number, schema, speech_note, text
from asrbench.table_markdown import Column
from asrbench.variant_rows import IDENTITY, identity, joined

J_PER_MWH = 3.6


def build(study: Study, results: Path) -> pd.DataFrame:
    """From results/energy and from results/tables/latency.csv.

    ``energy_per_utterance_study_j`` is the published study's formula, mean watts
    × mean latency; ``…_integral_j`` is the energy of the windows divided by
    their inferences, and ``…_net_j`` that without the idle power.
    """
    latency = table_csv.read(results / "tables", "latency").set_index(["model", "ctc_weight"])
    rows = []
    for model, weight in study.variants():
        power = power_windows.read(results, model, weight, study.energy.rounds, study.latency.seed)
        reasons = list(power.reasons)
        row = identity(study, model, weight) | {
            "rounds": sum(window.status == "measured" for window in power.windows),
            "power_status": power.status,
            "meter": power.meter,
            "scope": power.scope,
            "cpu_s_per_audio_s": _per(power.windows, "cpu_s", "audio_s"),
            "interval_over": power.mean.over,
            "energy_interval_over": "none",
        }
        if power.status == "measured":
            row |= _figures(power, study.latency.seed)
            timed = latency.loc[(model, weight)] if (model, weight) in latency.index else None
            if timed is None or pd.isna(timed["latency_mean_s"]):
                reasons.append("no latency, hence no watts × latency")
            else:
                row |= _studys(power, timed)
        rows.append(row | {"reason": joined(reasons)})
    return pd.DataFrame(rows)


def _figures(power: power_windows.Power, seed: int) -> dict[str, object]:
    windows = power.windows
    each = np.array([[w.energy_j] for w in windows]), np.array([[w.inferences] for w in windows])
    energy = bootstrap.ratio(*each, seed=seed)
    net = [
        (w.energy_j - w.idle_w * w.duration_s, w.inferences)
        for w in windows
        if np.isfinite(w.energy_j - w.idle_w) and w.inferences > 0
    ]
    return {
        "samples": sum(w.samples for w in windows),
        "power_mean_w": power.mean.value,
        "power_low_w": power.mean.low,
        "power_high_w": power.mean.high,
        "power_idle_w": _mean([w.idle_w for w in windows]),
        "energy_per_utterance_integral_j": energy.value,
        "energy_per_utterance_integral_low_j": energy.low,
        "energy_per_utterance_integral_high_j": energy.high,
        "energy_per_utterance_net_j": sum(e for e, _ in net) / sum(n for _, n in net)
        if net
        else np.nan,
        "energy_per_audio_second_j": _per(windows, "energy_j", "audio_s"),
        "energy_per_utterance_mwh": energy.value / J_PER_MWH,
    }


def _studys(power: power_windows.Power, timed: pd.Series) -> dict[str, object]:
    value, low, high = product(
        (power.mean.value, power.mean.low, power.mean.high),
        tuple(timed[f"latency_{part}_s"] for part in ("mean", "low", "high")),
    )
    parts = [
        name
        for name, bound in (("power", power.mean.low), ("latency", timed["latency_low_s"]))
        if np.isfinite(bound)
    ]
    return {
        "energy_per_utterance_study_j": value,
        "energy_per_utterance_study_low_j": low,
        "energy_per_utterance_study_high_j": high,
        "energy_interval_over": " and ".join(parts) or "none",
    }


def _per(windows: tuple[power_windows.Window, ...], top: str, bottom: str) -> float:
    pairs = [(getattr(w, top), getattr(w, bottom)) for w in windows]
    pairs = [(a, b) for a, b in pairs if np.isfinite(a) and b > 0]
    return sum(a for a, _ in pairs) / sum(b for _, b in pairs) if pairs else np.nan


def _mean(values: list[float]) -> float:
    there = [value for value in values if np.isfinite(value)]
    return float(np.mean(there)) if there else np.nan


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        INTERVAL_NOTE + " Of power it is over rounds, since samples of one window hang together.",
        "Watts × latency is the published study's formula; the integral is the energy of the "
        "windows divided by their inferences; net is the integral without idle power. "
        "mWh are those of the integral.",
    ]


TABLE = Table(
    title="Power and energy",
    build=build,
    schema=schema(
        **IDENTITY,
        rounds=count(),
        power_status=text("measured", "unavailable", "void"),
        meter=text(),
        scope=text(),
        samples=count(),
        power_mean_w=number(),
        power_low_w=number(),
        power_high_w=number(),
        interval_over=text("rounds", "none"),
        power_idle_w=number(),
        energy_per_utterance_study_j=number(),
        energy_per_utterance_study_low_j=number(),
        energy_per_utterance_study_high_j=number(),
        energy_interval_over=text("power and latency", "power", "latency", "none"),
        energy_per_utterance_integral_j=number(),
        energy_per_utterance_integral_low_j=number(),
        energy_per_utterance_integral_high_j=number(),
        energy_per_utterance_net_j=number(low=None),
        energy_per_audio_second_j=number(),
        energy_per_utterance_mwh=number(),
        cpu_s_per_audio_s=number(),
        reason=text(),
    ),
    columns=[
        Column("model", "model"),
        Column("CTC weight", "ctc_weight"),
        Column("engine", "engine"),
        Column("power (W)", "power_mean_w", "power_low_w", "power_high_w"),
        Column("idle (W)", "power_idle_w"),
        Column(
            "watts × latency (J)",
            "energy_per_utterance_study_j",
            "energy_per_utterance_study_low_j",
            "energy_per_utterance_study_high_j",
        ),
        Column(
            "integral (J)",
            "energy_per_utterance_integral_j",
            "energy_per_utterance_integral_low_j",
            "energy_per_utterance_integral_high_j",
        ),
        Column("net (J)", "energy_per_utterance_net_j"),
        Column("per second of audio (J)", "energy_per_audio_second_j"),
        Column("mWh", "energy_per_utterance_mwh"),
        Column("CPU s / audio s", "cpu_s_per_audio_s"),
        Column("power", "power_status"),
        Column("meter", "meter"),
        Column("scope", "scope"),
        Column("samples", "samples"),
        Column("rounds", "rounds"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
