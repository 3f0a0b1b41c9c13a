"""What makes a measured window doubtful. A flagged figure stays; the flag stands beside it."""

import numpy as np

from asrbench.device.busy import BUSY_CORES, SWAPPED_BYTES
from asrbench.results.raw_window import RawWindow
from asrbench.statistics import integrate

DRIFT_PERCENT = 5.0
DISAGREEMENT_PERCENT = 10.0
FEWEST_UPDATES = 100
# Readings may stay the same for so many updates before the meter seems to stand still.
STANDING_UPDATES = 5

RULE = (
    f"Flags: throttled (the device slowed itself down); busy (others used more than {BUSY_CORES} "
    f"cores); swapped (more than {SWAPPED_BYTES} bytes went to swap or came back); idle drift "
    f"(idle power before and after differ by more than {DRIFT_PERCENT:g} %); short window (fewer "
    f"than {FEWEST_UPDATES} updates of the meter); stood still (readings that did not change); "
    "gap (the meter gave nothing for a while); missed readings (single ones gave no value); meters "
    f"disagree (another one of the same scope differs by more than {DISAGREEMENT_PERCENT:g} %)."
)


Flags = dict[str, str]  # the flag, and how much


def of_device(raw: RawWindow) -> Flags:
    """Flags of the device's state over the window."""
    flags = {"throttled": "yes"} if raw.said.get("throttled") is True else {}
    if raw.number("swapped_bytes") > SWAPPED_BYTES:
        flags["swapped"] = f"{raw.number('swapped_bytes') / 1e6:.1f} MB"
    others = raw.number("load") - np.nan_to_num(raw.number("sampler_cores"))
    return flags | ({"busy": f"{others:.2f} cores"} if others > BUSY_CORES else {})


def of_idle(before_w: float, after_w: float) -> tuple[float, Flags]:
    """Drift of idle power in percent (NaN where it was not measured twice), and its flag."""
    if not before_w > 0 or not np.isfinite(after_w):
        return np.nan, {}
    drift = 100 * (after_w / before_w - 1)
    return drift, {"idle drift": f"{drift:+.0f} %"} if abs(drift) > DRIFT_PERCENT else {}


def of_readings(t_s: np.ndarray, values: np.ndarray, duration_s: float, update_s: float) -> Flags:
    """Flags of one channel's readings inside the window.

    Args:
        t_s: rising timestamps in seconds, shape (samples,).
        values: watts or joules as read, the same shape.
        update_s: how often the meter has a new value, at best.
    """
    flags = {}
    updates = max(duration_s / update_s, integrate.changes(values))
    if updates < FEWEST_UPDATES:
        flags["short window"] = f"{updates:.0f} updates of the meter"
    standing_s = integrate.longest_stand_s(t_s, values)
    if standing_s > max(STANDING_UPDATES * update_s, duration_s / 2):
        flags["stood still"] = f"{standing_s:.0f} s"
    return flags


def of_gaps(gaps_s: list[float]) -> Flags:
    """The flag of spans without readings."""
    return {"gap": f"{max(gaps_s):.0f} s"} if gaps_s else {}


def of_missed(readings: int) -> Flags:
    """The flag of readings that gave no value."""
    return {"missed readings": str(readings)} if readings else {}


def of_others(power_w: float, others_w: dict[str, float]) -> Flags:
    """The flag of other meters of the same scope, by their names, that say other watts."""
    apart = {name: 100 * (watts / power_w - 1) for name, watts in others_w.items()}
    told = [f"{n} {p:+.0f} %" for n, p in apart.items() if abs(p) > DISAGREEMENT_PERCENT]
    return {"meters disagree": ", ".join(told)} if told else {}


def by_round(rounds: list[Flags]) -> tuple[str, ...]:
    """All flags in words: 'busy (1.01 cores)', or with the rounds where they differ."""
    texts = []
    for flag in dict.fromkeys(flag for flags in rounds for flag in flags):
        amounts = [flags.get(flag) for flags in rounds]
        if len(set(amounts)) == 1:
            texts.append(f"{flag} ({amounts[0]})")
        else:
            each = [f"round {i}: {amount}" for i, amount in enumerate(amounts, 1) if amount]
            texts.append(f"{flag} ({', '.join(each)})")
    return tuple(texts)
