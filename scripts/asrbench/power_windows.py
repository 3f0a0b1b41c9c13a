"""What the power meter said during a variant's windows of inference.

A watt is measured or absent. The mean is over the samples inside the window,
as in the published study; the energy is the trapezoid over the samples' real
timestamps, clipped to the window.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from asrbench import bootstrap
from asrbench.raw_files import no_file, read_json, read_rows, round_file

DRIFT_PERCENT = 5.0
COVERED_SHARE = 0.9


@dataclass(frozen=True)
class Window:
    """One round. Figures are NaN where absent; ``status`` is measured, unavailable or void.

    Attributes:
        power_w: mean of the samples inside the window.
        idle_w: mean of the idle samples before and after.
        energy_j: trapezoid, clipped to the window.
        samples: power samples inside the window.
        inferences, audio_s, cpu_s: what was decoded in it, and the CPU time that took.
        reasons: why figures are absent, or what makes them doubtful.
    """

    status: str
    reasons: tuple[str, ...] = ()
    meter: str = ""
    scope: str = ""
    samples: int = 0
    power_w: float = np.nan
    idle_w: float = np.nan
    energy_j: float = np.nan
    duration_s: float = np.nan
    inferences: float = np.nan
    audio_s: float = np.nan
    cpu_s: float = np.nan


@dataclass(frozen=True)
class Power:
    """All rounds of a variant that one meter with one scope measured."""

    status: str
    meter: str
    scope: str
    windows: tuple[Window, ...]
    mean: bootstrap.Interval
    reasons: tuple[str, ...]


def trapezoid(t_s: np.ndarray, power_w: np.ndarray, start_s: float, end_s: float) -> float:
    """Joules from ``start_s`` to ``end_s``.

    Args:
        t_s: rising timestamps in seconds, shape (samples,).
        power_w: watts, the same shape.

    The power at the two ends is interpolated between the samples around them;
    where there is none beyond, the nearest sample's power holds.
    """
    inside = (t_s > start_s) & (t_s < end_s)
    times = np.concatenate([[start_s], t_s[inside], [end_s]])
    return float(np.trapezoid(np.interp(times, t_s, power_w), times))


def read(results: Path, model: str, ctc_weight: str, rounds: int, seed: int) -> Power:
    """Read every round; rounds by another meter or scope than the first measured are left out."""
    parts = ("energy", model, f"ctc{ctc_weight}")
    windows = [_window(results, parts, number) for number in range(1, rounds + 1)]
    measured = [window for window in windows if window.status == "measured"]
    reasons = list(windows[0].reasons)
    if any(window.reasons != windows[0].reasons for window in windows):
        reasons = [f"round {i}: {r}" for i, w in enumerate(windows, 1) for r in w.reasons]
    if not measured:
        void = any(window.status == "void" for window in windows)
        status = "void" if void else "unavailable"
        meter, scope = windows[0].meter, windows[0].scope
        return Power(status, meter, scope, tuple(windows), bootstrap.NOTHING, tuple(reasons))
    meter, scope = measured[0].meter, measured[0].scope
    kept = [window for window in measured if (window.meter, window.scope) == (meter, scope)]
    if len(kept) < len(measured):
        reasons.append(f"{len(measured) - len(kept)} rounds left out: another meter or scope")
    mean = bootstrap.ratio(
        np.array([[window.power_w] for window in kept]), seed=seed, names=("rounds", "samples")
    )
    return Power("measured", meter, scope, tuple(kept), mean, tuple(reasons))


def _window(results: Path, parts: tuple[str, ...], number: int) -> Window:
    folder = round_file(results, *parts, number=number, name="")
    try:
        said = read_json(folder / "window.json")
    except FileNotFoundError:
        return Window("unavailable", (no_file(folder / "window.json", results),))
    facts = {key: said.get(key) or "" for key in ("meter", "scope")}
    facts |= {key: _float(said.get(key)) for key in ("inferences", "audio_s", "cpu_s")}
    given = (str(said["reason"]),) if said.get("reason") else ()
    if said.get("status") != "measured":
        status = "void" if said.get("status") == "void" else "unavailable"
        return Window(status, given or (f"{status}, and no reason given",), **facts)
    start_s, end_s = _float(said.get("start_s")), _float(said.get("end_s"))
    if not end_s > start_s:
        return Window("void", (*given, "the window has no start and end"), **facts)
    try:
        rows = read_rows(
            folder / "samples.csv", text=["phase", "meter", "scope"], numbers=["t_s", "power_w"]
        )
    except FileNotFoundError:
        return Window("void", (*given, no_file(folder / "samples.csv", results)), **facts)
    return _measured(rows, start_s, end_s, given, facts)


def _measured(
    rows: pd.DataFrame, start_s: float, end_s: float, given: tuple[str, ...], facts: dict
) -> Window:
    ours = (rows["meter"] == facts["meter"]) & (rows["scope"] == facts["scope"])
    rows = rows[ours & rows["power_w"].notna()].sort_values("t_s", kind="stable")
    inside = rows[(rows["phase"] == "run") & rows["t_s"].between(start_s, end_s)]
    if inside.empty:
        return Window("void", (*given, "no power sample lies in the window"), **facts)
    facts |= {
        "samples": len(inside),
        "power_w": float(inside["power_w"].mean()),
        "duration_s": end_s - start_s,
    }
    reasons = list(given)
    if len(inside) < 2:
        reasons.append("no integral: fewer than 2 power samples in the window")
    else:
        busy = rows[rows["phase"].isin(["warm_up", "run"])]  # idle power is not that of the ends
        t_s = busy["t_s"].to_numpy()
        facts["energy_j"] = trapezoid(t_s, busy["power_w"].to_numpy(), start_s, end_s)
        covered = min(t_s[-1], end_s) - max(t_s[0], start_s)
        if covered < COVERED_SHARE * (end_s - start_s):
            share = 100 * covered / (end_s - start_s)
            reasons.append(f"power samples span {share:.0f} % of the window")
    before, after = (
        rows.loc[rows["phase"] == f"idle_{when}", "power_w"].mean() for when in ("before", "after")
    )
    facts["idle_w"] = float(np.nanmean([before, after])) if before > 0 or after > 0 else np.nan
    if before > 0 and abs(after - before) > before * DRIFT_PERCENT / 100:
        reasons.append(f"idle power drifted by {100 * (after / before - 1):+.0f} %")
    return Window("measured", tuple(reasons), **facts)


def _float(value: object) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if number else np.nan
