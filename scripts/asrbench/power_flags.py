"""What makes a measured window doubtful. A flagged figure stays; the flag stands beside it."""

import numpy as np

from asrbench import integrate
from asrbench.raw_window import RawWindow

DRIFT_PERCENT = 5.0
FEWEST_UPDATES = 100
# Others on the machine may use this many cores, beside the sampler.
BUSY_CORES = 0.25
# Readings may stay the same for so many updates before the meter seems to stand still.
STANDING_UPDATES = 20

RULE = (
    f"Flags: throttled (the device slowed itself down); busy (others used more than {BUSY_CORES} "
    f"cores); idle drift (idle power before and after differ by more than {DRIFT_PERCENT:g} %); "
    f"short window (fewer than {FEWEST_UPDATES} updates of the meter); stood still (readings that "
    "did not change); gap (the meter gave nothing for a while)."
)


def of_device(raw: RawWindow) -> list[str]:
    """Flags of the device's state over the window."""
    flags = ["throttled"] if raw.said.get("throttled") is True else []
    others = raw.number("load") - raw.number("sampler_cores")
    return [*flags, f"busy ({others:.2f} cores)"] if others > BUSY_CORES else flags


def of_idle(before_w: float, after_w: float) -> tuple[float, list[str]]:
    """Drift of idle power in percent (NaN where it was not measured twice), and its flag."""
    if not before_w > 0 or not np.isfinite(after_w):
        return np.nan, []
    drift = 100 * (after_w / before_w - 1)
    flags = [f"idle drift ({drift:+.0f} %)"] if abs(drift) > DRIFT_PERCENT else []
    return drift, flags


def of_readings(
    t_s: np.ndarray, values: np.ndarray, duration_s: float, update_s: float
) -> list[str]:
    """Flags of one channel's readings inside the window.

    Args:
        t_s: rising timestamps in seconds, shape (samples,).
        values: watts or joules as read, the same shape.
        update_s: how often the meter has a new value, at best.
    """
    flags = []
    updates = max(duration_s / update_s, integrate.changes(values))
    if updates < FEWEST_UPDATES:
        flags.append(f"short window ({updates:.0f} updates of the meter)")
    standing_s = integrate.longest_stand_s(t_s, values)
    if standing_s > max(STANDING_UPDATES * update_s, duration_s / 2):
        flags.append(f"stood still ({standing_s:.0f} s)")
    return flags


def of_gaps(gaps_s: list[float]) -> list[str]:
    """The flag of spans without readings."""
    return [f"gap ({max(gaps_s):.0f} s)"] if gaps_s else []
