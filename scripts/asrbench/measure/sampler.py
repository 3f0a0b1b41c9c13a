"""The process that reads all meters beside the measured one.

It is started as ``python -m asrbench.measure.sampler``.

It has a low priority, since what it measures must not wait for it, and tells
what it cost itself. It writes each reading at once, so that whatever ends it
leaves whole rows behind. Times are those of CLOCK_MONOTONIC, which is one
clock for all processes of a device.

What it says on stdout: one JSON line when every meter is open (``channels``,
``absent``), and one at the end (``failures`` by meter, ``lost`` channels, ``gaps`` by channel,
``disk``, ``cpu_s``, ``wall_s``). It ends when stdin does; a number on stdin before that is the
moment up to which late readings are waited for.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import sys
import threading
import time
from pathlib import Path

from asrbench.basics.csv_cells import harmless
from asrbench.meters import catalogue
from asrbench.meters.interface import MOST_GAPS, Gap, Meter, MeterError, Reading, foreseen
from asrbench.study.job import namespace

COLUMNS = ["t_s", "meter", "channel", "scope", "power_w", "energy_j"]
NICENESS = 10
PATIENCE_S = 10.0  # with a reading that does not come


class ReadingsFile:
    """Readings as CSV rows; a row is on its way to the disk when :meth:`write` returns.

    Attributes:
        error: why nothing more could be written ('' while everything could).
    """

    def __init__(self, path: Path):
        self.error = ""
        self._lock = threading.Lock()
        # Without a buffer: what a full disk refuses is known at once.
        self._file = path.open("wb", buffering=0)
        self._append([COLUMNS])

    def write(self, readings: list[Reading]) -> None:
        self._append([_row(reading) for reading in readings])

    def _append(self, rows: list[list]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [harmless(cell) for cell in row] for row in rows
        )
        content = text.getvalue().encode("utf-8")
        with self._lock:
            if self.error:
                return
            try:
                if self._file.write(content) != len(content):
                    self.error = "No space left on device"
            except OSError as error:
                self.error = error.strerror or str(error)


class Sampling(threading.Thread):
    """One meter, read again and again until it fails or is told to end."""

    def __init__(self, meter: Meter, period_s: float, file: ReadingsFile, ended: threading.Event):
        super().__init__(daemon=True)
        self.meter = meter
        self.period_s = max(period_s, meter.least_period_s)
        self.failure: dict[str, object] | None = None
        self.gaps = 0
        self._missed = 0
        self._file, self._ended = file, ended

    def run(self) -> None:
        due_s = time.monotonic()
        while not self._ended.is_set() and self._take(self.meter.read):
            # A reading that took too long is not made up for by a burst of others.
            due_s = max(due_s + self.period_s, time.monotonic())
            self._ended.wait(due_s - time.monotonic())

    def end(self, until_s: float | None) -> None:
        """Wait for the last reading, take those that come late, and let go of the meter."""
        self.join(PATIENCE_S)
        if self.is_alive():
            self._fail(f"a reading did not come within {PATIENCE_S:g} s")
            return
        if until_s is not None and self.failure is None:
            self._take(lambda: self.meter.last(until_s))
        with contextlib.suppress(Exception):  # it has given all that it had
            self.meter.close()

    def _fail(self, reason: str) -> None:
        self.failure = {"t_s": time.monotonic(), "reason": reason}

    def _take(self, read) -> bool:
        try:
            with foreseen():
                self._file.write(read())
            self._missed = 0
        except Gap as gap:
            self.gaps += 1
            self._missed += 1
            if self._missed >= MOST_GAPS:
                self._fail(str(gap))
        except MeterError as error:
            self._fail(str(error))
        return self.failure is None and not self._file.error


def main() -> None:
    parser = argparse.ArgumentParser(description="Read all meters until stdin ends.")
    parser.add_argument("--energy", required=True, help="the block energy, as JSON")
    parser.add_argument("--root", type=Path, default=Path("/"), help="where the kernel's files are")
    parser.add_argument("--out", type=Path, required=True, help="CSV of readings")
    arguments = parser.parse_args()
    settings = namespace(json.loads(arguments.energy))
    os.nice(NICENESS)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # not those of the measured process alone
    found = catalogue.probed(catalogue.chosen(settings, arguments.root))
    open_meters = [probed.meter for probed in found if probed.channels]
    began_s, began_cpu_s = time.monotonic(), _cpu_s()
    file, ended = ReadingsFile(arguments.out), threading.Event()
    threads = [Sampling(m, settings.sample_period_s, file, ended) for m in open_meters]
    for thread in threads:
        thread.start()
    lost_before = {channel for meter in open_meters for channel in meter.lost}
    channels = catalogue.ranked([channel for probed in found for channel in probed.channels])
    periods_s = {thread.meter.name: thread.period_s for thread in threads}
    _say(
        {
            "channels": [c.plain() | {"period_s": periods_s[c.meter]} for c in channels],
            "absent": catalogue.absent(found),
        }
    )
    until = sys.stdin.readline()
    ended.set()
    for thread in threads:
        thread.end(float(until) if until else None)
    _say(
        {
            "failures": {t.meter.name: t.failure for t in threads if t.failure is not None},
            "lost": [
                {"meter": channel.meter, "channel": channel.channel, "reason": str(error)}
                for meter in open_meters
                for channel, error in meter.lost.items()
                if channel not in lost_before
            ],
            "gaps": {t.meter.name: {"": t.gaps} | t.meter.gaps for t in threads},
            "disk": file.error,
            "cpu_s": _cpu_s() - began_cpu_s,
            "wall_s": time.monotonic() - began_s,
        }
    )


def _row(reading: Reading) -> list[object]:
    channel = reading.channel
    values = (reading.value, "") if channel.kind == "gauge" else ("", reading.value)
    return [f"{reading.t_s:.6f}", channel.meter, channel.channel, channel.scope, *values]


def _cpu_s() -> float:
    """CPU time of this process and of those that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _say(content: dict) -> None:
    print(json.dumps(content), flush=True)


if __name__ == "__main__":
    main()
