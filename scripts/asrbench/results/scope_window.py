"""Watts and joules of one round by one meter and scope, out of the raw readings.

Channels of one meter and scope are parts of a sum: each is integrated over its
own times, and the joules are added.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from asrbench.results import power_flags
from asrbench.results.raw_window import RawWindow
from asrbench.statistics import integrate

# A meter may be silent for a few of its periods, and a busy machine for a few seconds.
LONGEST_GAP_PERIODS, LONGEST_GAP_S = 5, 3.0
UNCOVERED_SHARE = 0.05


@dataclass(frozen=True)
class Window:
    """One round. Figures are NaN where absent; ``status`` says why in a word.

    Attributes:
        status: measured, estimated, unavailable or void.
        reasons: why figures are absent.
        flags: what makes the figures doubtful, and how much.
        samples: readings inside the window, of each channel.
        power_w: mean of the readings inside; of a counter, joules by seconds.
        idle_w, drift_percent: idle power, and how it changed over the round.
        energy_j: gauge: trapezoid; counter: difference; clipped to the window.
    """

    status: str
    reasons: tuple[str, ...] = ()
    flags: dict[str, str] = field(default_factory=dict)
    samples: int = 0
    power_w: float = np.nan
    idle_w: float = np.nan
    drift_percent: float = np.nan
    energy_j: float = np.nan
    duration_s: float = np.nan
    inferences: float = np.nan
    audio_s: float = np.nan


@dataclass(frozen=True)
class _Part:
    """What one channel adds."""

    samples: int
    power_w: float
    energy_j: float
    before_w: float
    after_w: float
    flags: dict[str, str]


class _Void(Exception):
    pass


def read(raw: RawWindow, meter: str, scope: str) -> Window:
    """The figures of one meter and scope in one round."""
    channels = [c for c in raw.meters if (c["meter"], c["scope"]) == (meter, scope)]
    rows = raw.rows
    if rows is None or not channels:
        status = raw.status if raw.reason else "unavailable"
        return Window(status, (raw.reason or f"not measured by {meter}",))
    void = [channel["reason"] for channel in channels if channel["status"] == "void"]
    if void:
        return Window("void", tuple(dict.fromkeys(reason or "no reason given" for reason in void)))
    start_s, end_s = raw.number("start_s"), raw.number("end_s")
    if not end_s > start_s:
        return Window("void", ("the window has no start and end",))
    try:
        parts = [_part(raw, rows, channel, start_s, end_s) for channel in channels]
    except _Void as reason:
        return Window("void", (str(reason),))
    power_w, energy_j, before_w, after_w = (
        sum(getattr(part, name) for part in parts)
        for name in ("power_w", "energy_j", "before_w", "after_w")
    )
    if not power_w > 0:
        return Window("void", ("the meter read 0 W throughout, and a running device uses some",))
    drift_percent, drift_flags = power_flags.of_idle(before_w, after_w)
    flags = power_flags.of_device(raw) | drift_flags
    flags |= power_flags.of_missed(max(channel.get("gaps", 0) for channel in channels))
    for part in parts:
        flags |= part.flags
    few = () if np.isfinite(energy_j) else ("no integral: fewer than 2 power samples",)
    return Window(
        "estimated" if channels[0]["estimated"] else "measured",
        reasons=few,
        flags=flags,
        samples=min(part.samples for part in parts),
        power_w=power_w,
        idle_w=finite_mean((before_w, after_w)),
        drift_percent=drift_percent,
        energy_j=energy_j,
        duration_s=end_s - start_s,
        inferences=raw.number("inferences"),
        audio_s=raw.number("audio_s"),
    )


def finite_mean(values: Iterable[float]) -> float:
    """The mean of those that are there; NaN where none is."""
    there = [value for value in values if np.isfinite(value)]
    return float(np.mean(there)) if there else np.nan


def _part(raw: RawWindow, rows: pd.DataFrame, channel: dict, start_s: float, end_s: float) -> _Part:
    ours = (rows["meter"] == channel["meter"]) & (rows["channel"] == channel["channel"])
    rows = rows[ours].sort_values("t_s", kind="stable")
    if not rows["t_s"].between(start_s, end_s).any():
        raise _Void(_nothing_inside(rows["t_s"].to_numpy(), start_s, end_s))
    return (_counter if channel["kind"] == "counter" else _gauge)(raw, rows, channel)


def _gauge(raw: RawWindow, rows: pd.DataFrame, channel: dict) -> _Part:
    start_s, end_s = raw.number("start_s"), raw.number("end_s")
    rows = rows[rows["power_w"].notna()]
    inside = rows[(rows["phase"] == "run") & rows["t_s"].between(start_s, end_s)]
    if inside.empty:
        raise _Void(_nothing_inside(rows["t_s"].to_numpy(), start_s, end_s))
    t_s, power_w = inside["t_s"].to_numpy(), inside["power_w"].to_numpy()
    longest_s = max(LONGEST_GAP_S, LONGEST_GAP_PERIODS * channel["period_s"])
    gaps_s = integrate.gaps(t_s, start_s, end_s, longest_s)
    _check_coverage(sum(gaps_s), end_s - start_s)
    busy = rows[rows["phase"].isin(["warm_up", "run"])]  # idle power is not that of the ends
    energy_j = np.nan
    if len(inside) >= 2:
        series = busy["t_s"].to_numpy(), busy["power_w"].to_numpy()
        energy_j = integrate.trapezoid(*series, start_s, end_s)
    before_w, after_w = (
        float(rows.loc[rows["phase"] == phase, "power_w"].mean())
        for phase in ("idle_before", "idle_after")
    )
    update_s = max(channel["update_s"], channel["period_s"])
    flags = power_flags.of_readings(t_s, power_w, end_s - start_s, update_s)
    flags |= power_flags.of_gaps(gaps_s)
    return _Part(len(inside), float(power_w.mean()), energy_j, before_w, after_w, flags)


def _counter(raw: RawWindow, rows: pd.DataFrame, channel: dict) -> _Part:
    start_s, end_s = raw.number("start_s"), raw.number("end_s")
    rows = rows[rows["energy_j"].notna()]
    t_s, energy_j = rows["t_s"].to_numpy(), rows["energy_j"].to_numpy()
    inside = (t_s >= start_s) & (t_s <= end_s)
    _check_coverage(integrate.uncovered_s(t_s, start_s, end_s), end_s - start_s)
    try:
        whole_j = integrate.unwrapped(energy_j, channel["wrap_j"])
    except ValueError as error:
        raise _Void(str(error)) from None
    joules = integrate.difference(t_s, whole_j, start_s, end_s)
    if not joules > 0:
        raise _Void("the counter did not move")
    before_w, after_w = (
        _mean_w(raw.span_s(f"idle_{when}"), t_s, whole_j) for when in ("before", "after")
    )
    update_s = max(channel["update_s"], channel["period_s"])
    flags = power_flags.of_readings(t_s[inside], energy_j[inside], end_s - start_s, update_s)
    power_w = joules / (end_s - start_s)
    return _Part(int(inside.sum()), power_w, joules, before_w, after_w, flags)


def _mean_w(span_s: tuple[float, float] | None, t_s: np.ndarray, energy_j: np.ndarray) -> float:
    if span_s is None or not ((t_s >= span_s[0]) & (t_s <= span_s[1])).sum() >= 2:
        return np.nan
    # What the counter counts between the last reading of all and the end of the span is unknown.
    read_s = max(span_s[0], t_s[0]), min(span_s[1], t_s[-1])
    return integrate.difference(t_s, energy_j, *read_s) / (read_s[1] - read_s[0])


def _check_coverage(uncovered_s: float, duration_s: float) -> None:
    if uncovered_s > UNCOVERED_SHARE * duration_s:
        share = 100 * (1 - uncovered_s / duration_s)
        raise _Void(f"power samples cover {share:.0f} % of the window")


def _nothing_inside(t_s: np.ndarray, start_s: float, end_s: float) -> str:
    text = "no power sample lies in the window"
    if t_s.size == 0:
        return text
    away_s = float(np.maximum(start_s - t_s, t_s - end_s).min())
    hours = round(away_s / 1800) / 2
    zone = f", about {hours:g} h: do its clock and time zone agree?" if hours >= 0.5 else ""
    return f"{text}; the nearest is {away_s:.0f} s away{zone}"
