"""The course of power over one capture, by one meter and scope: mean watts of short spans."""

import itertools

import numpy as np
import pandas as pd

from asrbench.results.raw_window import RawWindow
from asrbench.statistics import integrate

SPANS = 150
PHASES = ("idle_before", "warm_up", "run", "idle_after")


def of(raw: RawWindow, meter: str, scope: str) -> pd.DataFrame:
    """Mean power from the first phase's begin to the last one's end.

    Spans are as long as the meter needs for a reading, and at most :data:`SPANS`. The
    channels of the scope are added, as their joules are.

    Returns:
        time_low_s, time_high_s (from the begin of the window), phase ('settle' between
        phases), power_w. Without rows where the capture has no readings.
    """
    channels = [c for c in raw.meters if (c["meter"], c["scope"]) == (meter, scope)]
    phases = {name: span for name in PHASES if (span := raw.span_s(name)) is not None}
    empty = pd.DataFrame({name: [] for name in ("time_low_s", "time_high_s", "phase", "power_w")})
    if raw.rows is None or not channels or not phases:
        return empty
    first_s, last_s = min(s for s, _ in phases.values()), max(e for _, e in phases.values())
    period_s = max(max(c["update_s"], c["period_s"]) for c in channels)
    count = int(np.clip((last_s - first_s) / max(period_s, 1e-3), 1, SPANS))
    edges = np.linspace(first_s, last_s, count + 1)
    parts = [_watts(raw.rows, channel, edges) for channel in channels]
    middles = (edges[:-1] + edges[1:]) / 2
    return pd.DataFrame(
        {
            "time_low_s": edges[:-1] - raw.number("start_s"),
            "time_high_s": edges[1:] - raw.number("start_s"),
            "phase": [_phase(phases, middle) for middle in middles],
            "power_w": sum(parts),
        }
    ).dropna(subset="power_w")


def _watts(rows: pd.DataFrame, channel: dict, edges: np.ndarray) -> np.ndarray:
    """Of one channel, shape (spans,); NaN before its first reading and after its last."""
    ours = (rows["meter"] == channel["meter"]) & (rows["channel"] == channel["channel"])
    column = "energy_j" if channel["kind"] == "counter" else "power_w"
    rows = rows[ours & rows[column].notna()].sort_values("t_s", kind="stable")
    t_s, values = rows["t_s"].to_numpy(), rows[column].to_numpy()
    if len(t_s) < 2:
        return np.full(len(edges) - 1, np.nan)
    if column == "energy_j":
        joules = np.diff(np.interp(edges, t_s, integrate.unwrapped(values, channel["wrap_j"])))
    else:
        spans = itertools.pairwise(edges)
        joules = np.array([integrate.trapezoid(t_s, values, *span) for span in spans])
    covered = (edges[1:] > t_s[0]) & (edges[:-1] < t_s[-1])
    return np.where(covered, joules / np.diff(edges), np.nan)


def _phase(phases: dict[str, tuple[float, float]], t_s: float) -> str:
    return next((name for name, (low, high) in phases.items() if low <= t_s <= high), "settle")
