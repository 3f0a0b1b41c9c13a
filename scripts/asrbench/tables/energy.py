"""The table of power and energy: a row for each variant, meter and scope.

An absent watt is empty, never 0. What a model estimated stands in columns of
its own. Rows of other scopes are not compared: ``preferred`` marks the row of
each variant that stands for it, all by the same meter and scope.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.results import power_flags, power_windows
from asrbench.results.power_windows import Measured, Power
from asrbench.results.scope_window import Window, finite_mean
from asrbench.statistics import repeatability
from asrbench.statistics.error_propagation import product
from asrbench.statistics.repeatability import Estimate
from asrbench.study.config import Study
from asrbench.tables import interval_columns, table_csv
from asrbench.tables.power_columns import COLUMNS, SCHEMA
from asrbench.tables.table import INTERVAL_NOTE, Table
from asrbench.tables.table_schema import schema
from asrbench.tables.variant_rows import IDENTITY, identity, joined

J_PER_MWH = 3.6


def build(study: Study, results: Path) -> pd.DataFrame:
    """From results/energy and from results/tables/latency.csv."""
    return of(study, results, table_csv.read(results / "tables", "latency"))


def of(study: Study, results: Path, latency: pd.DataFrame) -> pd.DataFrame:
    """From results/energy and the table of latency.

    ``energy_per_utterance_study_j`` is the published study's formula, mean watts
    × mean latency; ``…_integral_j`` is the energy of the windows divided by
    their inferences, and ``net`` is without the idle power.
    """
    latency = latency.set_index(["model", "variant"])
    found = power_windows.read(results, study.variants(), study.energy.rounds)
    rows = []
    for variant, measured in found.items():
        timed = latency.loc[variant.key] if variant.key in latency.index else None
        for power in measured.powers:
            rows.append(identity(study, variant) | _row(measured, power, timed))
    return pd.DataFrame(interval_columns.moderated(rows, apart=("meter", "scope")))


def _row(measured: Measured, power: Power, timed: pd.Series | None) -> dict[str, object]:
    reasons = list(power.reasons)
    row = {
        "rounds": len(power.windows),
        "preferred": power.preferred,
        "power_status": power.status,
        "meter": power.meter,
        "scope": power.scope,
        "interval_over": power.mean.over,
        "energy_interval_over": "none",
        **_cpu(timed),
        "sampler_cores": measured.sampler_cores,
        "flags": joined(list(power.flags)),
    }
    if power.windows:
        figures = _figures(power)
        if timed is None or pd.isna(timed["latency_mean_s"]):
            reasons.append("no latency, hence no watts × latency")
        else:
            figures |= _studys(power, timed)
        row |= figures if power.status == "measured" else _as_estimates(figures)
    return row | {"reason": joined(reasons)}


def _cpu(timed: pd.Series | None) -> dict[str, float]:
    """Computing time of the latency's rounds, which no meter is needed for."""
    names = interval_columns.names("cpu_s_per_audio_s")
    return {name: np.nan if timed is None else timed[name] for name in names}


def _figures(power: Power) -> dict[str, object]:
    windows, usual_w = power.windows, power.mean.value
    energy = _ratio(windows, _gross_j, "inferences")
    net = _net(windows, "inferences")
    return {
        "samples": sum(window.samples for window in windows),
        "power_idle_w": finite_mean(window.idle_w for window in windows),
        "idle_drift_percent": _widest([window.drift_percent for window in windows]),
        "energy_per_utterance_mwh": energy.value / J_PER_MWH,
        "energy_per_utterance_net_mwh": net.value / J_PER_MWH,
        **interval_columns.cells("power_mean_w", power.mean.interval()),
        "power_net_w": repeatability.relative(
            np.array([w.power_w - w.idle_w for w in windows]), usual_w
        ),
        "energy_per_utterance_integral_j": energy,
        "energy_per_utterance_net_j": net,
        "energy_per_audio_second_j": _ratio(windows, _gross_j, "audio_s"),
        "energy_per_audio_second_net_j": _net(windows, "audio_s"),
    }


def _gross_j(window: Window) -> float:
    return window.energy_j


def _net_j(window: Window) -> float:
    return window.energy_j - window.idle_w * window.duration_s


def _ratio(windows: tuple[Window, ...], joules, below: str) -> Estimate:
    top = np.array([[joules(window)] for window in windows])
    bottom = np.array([[getattr(window, below)] for window in windows])
    return repeatability.ratio(top, bottom)


def _net(windows: tuple[Window, ...], below: str) -> Estimate:
    """Net joules may be negative: idle power is subtracted, and varies by itself."""
    gross = _ratio(windows, _gross_j, below)
    net = _ratio(windows, _net_j, below)
    below_mean = np.mean([getattr(window, below) for window in windows])
    each = np.array([_net_j(w) - net.value * getattr(w, below) for w in windows]) / below_mean
    return repeatability.relative(net.value + each, gross.value)


def _studys(power: Power, timed: pd.Series) -> dict[str, object]:
    watts = power.mean.interval()
    joules = product(
        (watts.value, watts.low, watts.high),
        tuple(timed[list(interval_columns.names("latency_mean_s"))]),
    )
    parts = [
        name
        for name, bound in (("power", watts.low), ("latency", timed["latency_low_s"]))
        if np.isfinite(bound)
    ]
    return {
        **interval_columns.cells("energy_per_utterance_study_j", joules),
        "energy_interval_over": " and ".join(parts) or "none",
    }


def _as_estimates(figures: dict[str, object]) -> dict[str, object]:
    """The same figures under the names of estimates; counts and words keep theirs."""
    units = ("_w", "_j", "_mwh")
    return {(f"estimated_{k}" if k.endswith(units) else k): v for k, v in figures.items()}


def _widest(values: list[float]) -> float:
    return max((value for value in values if np.isfinite(value)), key=abs, default=np.nan)


TABLE = Table(
    title="Power and energy",
    build=build,
    schema=schema(**IDENTITY, **SCHEMA),
    columns=COLUMNS,
    notes=[
        f"{INTERVAL_NOTE} Of power it is over rounds, since samples of one window are not "
        "independent.",
        "Watts × latency is the published study's formula; the integral is the energy of the "
        "windows divided by their inferences; net is the integral without idle power. "
        "mWh are those of the integral.",
        "Watts of different scopes are those of different parts of the device: compare rows of "
        "one scope alone. CPU seconds per second of audio are those of the table of latency: "
        "computing time and no energy.",
        power_flags.RULE,
    ],
)
