"""Joules of a window from a meter's readings: arithmetic alone, no files.

The energy of a gauge is the trapezoid over the readings' own times, clipped to
the window. The energy of a counter is the difference of its readings at the two
ends, each interpolated between the readings around it, with wraps undone.
"""

import numpy as np


def trapezoid(t_s: np.ndarray, power_w: np.ndarray, start_s: float, end_s: float) -> float:
    """Joules from ``start_s`` to ``end_s`` by a gauge.

    Args:
        t_s: rising timestamps in seconds, shape (samples,).
        power_w: watts, the same shape.

    The power at the two ends is interpolated between the samples around them;
    where there is none beyond, the nearest sample's power holds.
    """
    inside = (t_s > start_s) & (t_s < end_s)
    times = np.concatenate([[start_s], t_s[inside], [end_s]])
    return float(np.trapezoid(np.interp(times, t_s, power_w), times))


def unwrapped(energy_j: np.ndarray, wrap_j: float | None) -> np.ndarray:
    """A counter's readings as if it had never begun again, shape (samples,).

    Args:
        energy_j: readings in the order of time, in joules.
        wrap_j: where the counter begins again at 0; None where it never does.

    Raises:
        ValueError: it went back, and does not wrap: it was reset, and what it
            counted around that moment is lost.
    """
    steps = np.diff(energy_j)
    back = steps < 0
    if back.any() and wrap_j is None:
        raise ValueError(f"the counter went back by {-steps[back][0]:.6g} J and does not wrap")
    steps = np.where(back, steps + (wrap_j or 0.0), steps)
    if (steps < 0).any():
        raise ValueError("the counter went back by more than its range")
    return np.concatenate([energy_j[:1], energy_j[0] + np.cumsum(steps)])


def difference(t_s: np.ndarray, energy_j: np.ndarray, start_s: float, end_s: float) -> float:
    """Joules from ``start_s`` to ``end_s`` by a counter.

    Args:
        t_s: rising timestamps in seconds, shape (samples,).
        energy_j: unwrapped joules, the same shape.
    """
    at_start, at_end = np.interp([start_s, end_s], t_s, energy_j)
    return float(at_end - at_start)


def gaps(t_s: np.ndarray, start_s: float, end_s: float, longest_s: float) -> list[float]:
    """Spans of the window, in seconds, without a reading for more than ``longest_s``.

    The ends of the window count as readings, so that a meter that began late
    or ended early has a gap there.
    """
    inside = t_s[(t_s > start_s) & (t_s < end_s)]
    spans = np.diff(np.concatenate([[start_s], inside, [end_s]]))
    return [float(span) for span in spans if span > longest_s]


def uncovered_s(t_s: np.ndarray, start_s: float, end_s: float) -> float:
    """Seconds of the window before the first reading and after the last."""
    if t_s.size == 0:
        return end_s - start_s
    before, after = max(t_s[0] - start_s, 0.0), max(end_s - t_s[-1], 0.0)
    return float(min(before + after, end_s - start_s))


def longest_stand_s(t_s: np.ndarray, values: np.ndarray) -> float:
    """The longest time over which readings did not change, in seconds."""
    if t_s.size < 2:
        return 0.0
    changed = np.flatnonzero(np.diff(values) != 0)
    firsts = np.concatenate([[0], changed + 1])
    lasts = np.concatenate([changed, [t_s.size - 1]])
    return float((t_s[lasts] - t_s[firsts]).max())


def changes(values: np.ndarray) -> int:
    """How often a reading differs from the one before."""
    return int((np.diff(values) != 0).sum())
