"""Stand-ins for power meters: files that change as a known power would make them.

Run as a program it keeps one file up to date until it is ended; what it writes
at a time is a function of the monotonic clock alone, so that a test knows the
true energy between any two moments.
"""

import argparse
import contextlib
import math
import os
import time
from pathlib import Path

MEAN_W, SWING_W, PERIOD_S = 6.0, 2.0, 40.0
EVERY_S = 0.02


def power_w(t_s: float) -> float:
    """A slow wave around the mean."""
    return MEAN_W + SWING_W * math.sin(2 * math.pi * t_s / PERIOD_S)


def energy_j(start_s: float, end_s: float) -> float:
    """The exact integral of :func:`power_w`."""
    angle = 2 * math.pi / PERIOD_S
    wave = (math.cos(angle * start_s) - math.cos(angle * end_s)) / angle
    return MEAN_W * (end_s - start_s) + SWING_W * wave


def keep_writing(file: Path, value, seconds: float) -> None:
    """Write ``value(t_s)``, a whole number, into ``file`` again and again.

    A write of one fixed width leaves no moment at which a reader finds half a number.
    """
    with contextlib.suppress(PermissionError):
        os.nice(-10)  # on a busy machine it must not be late
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT)
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        os.pwrite(descriptor, f"{value(time.monotonic()):<15d}\n".encode(), 0)
        time.sleep(EVERY_S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["battery", "counter"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, required=True, help="ends by itself after this")
    parser.add_argument("--wrap-uj", type=int, default=0, help="of a counter: its range")
    parser.add_argument("--since-s", type=float, default=0.0, help="of a counter: when it was 0")
    arguments = parser.parse_args()

    def microwatts(t_s: float) -> int:
        return round(1e6 * power_w(t_s))

    def microjoules(t_s: float) -> int:
        return round(1e6 * energy_j(arguments.since_s, t_s)) % arguments.wrap_uj

    value = microwatts if arguments.kind == "battery" else microjoules
    keep_writing(arguments.file, value, arguments.seconds)


if __name__ == "__main__":
    main()
