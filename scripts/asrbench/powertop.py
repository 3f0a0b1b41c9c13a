"""Watts from powertop: only its battery discharge rate, which alone is a measurement.

Powertop's "system baseline power" and "PW Estimate" are the output of a model,
so they are never read. The discharge rate exists only while a battery or UPS
is discharging; on mains power powertop ends well and reports no watts.
"""

import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

METER = "powertop"
SCOPE = "whole device (battery discharge)"

_LABEL = "The battery reports a discharge rate of:"
# 2.14 writes 'of:  7.25  W;' and, from 2.16 on, 'of: ,7.25 W'; the unit may be u, m or k watts.
_DISCHARGE = re.compile(
    r"^The battery reports a discharge rate of:\s*[;,]?\s*"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<prefix>[umk]?)\s*W\s*[;,]?\s*$"
)
_FACTOR = {"u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}


class PowertopError(Exception):
    """Powertop gave no watts; the text says why, for the row of the absent number."""


@dataclass(frozen=True)
class Sample:
    """One second's mean discharge power: ``t_s`` on the monotonic clock, at its end."""

    t_s: float
    power_w: float


def discharge_w(report: str) -> float | None:
    """Watts on the discharge line of one CSV report; None where there is no such line.

    Raises:
        PowertopError: such a line stands there and is not understood, or stands twice.
    """
    lines = [line for line in report.splitlines() if line.startswith(_LABEL)]
    if not lines:
        return None
    match = _DISCHARGE.match(lines[0])
    if match is None or len(lines) > 1:
        raise PowertopError(f"powertop's discharge line is not understood: {lines[0][:120]!r}")
    return float(match["number"]) * _FACTOR[match["prefix"]]


class Capture:
    """Powertop sampling once a second in the background, into a folder of its own.

    Args:
        samples: one-second samples to take.

    Raises:
        PowertopError: powertop is not installed.
    """

    def __init__(self, samples: int):
        program = shutil.which("powertop") or shutil.which("powertop", path="/usr/sbin:/sbin")
        if program is None:
            raise PowertopError("powertop is not installed (Debian: apt-get install powertop)")
        self._folder = tempfile.TemporaryDirectory(prefix="powertop-")
        self._samples = samples
        self._clock_offset_s = time.time() - time.monotonic()
        self._process = subprocess.Popen(
            # Its report is in the user's language otherwise.
            [program, "--csv=report.csv", "--time=1", f"--iteration={samples}"],
            cwd=self._folder.name,
            env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def running(self) -> bool:
        """Whether samples are still being taken."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End powertop and forget its files."""
        if self.running():
            self._process.kill()
            self._process.communicate()
        self._folder.cleanup()

    def result(self) -> list[Sample]:
        """Wait for the end and read the samples, in the order of time.

        Raises:
            PowertopError: no watts, or fewer samples than were asked for.
        """
        _, complaint = self._process.communicate()
        if self._process.returncode != 0:
            # Its last line is the complaint; the ones before are about hardware that is absent.
            last = (complaint.strip().splitlines() or ["no message"])[-1][:120]
            raise PowertopError(
                f"powertop ended with status {self._process.returncode} ({last}); it needs root"
            )
        reports = sorted(Path(self._folder.name).glob("report*.csv"))
        if not reports:
            raise PowertopError("powertop wrote no report")
        samples = []
        for report in reports:
            watts = discharge_w(report.read_text(encoding="utf-8", errors="replace"))
            if watts is not None:
                ended_s = report.stat().st_mtime - self._clock_offset_s
                samples.append(Sample(ended_s, watts))
        if not samples:
            raise PowertopError("powertop reported no discharge rate: no battery is discharging")
        if len(samples) < self._samples:
            raise PowertopError(
                f"powertop reported a discharge rate in {len(samples)} of {self._samples} samples"
            )
        return sorted(samples, key=lambda sample: sample.t_s)


def probe(root: str | Path = "/") -> None:
    """Find out before a long run whether there will be watts.

    Powertop prints a discharge rate only where the kernel says that a battery
    or UPS is discharging; where none is, it is not even started.

    Args:
        root: where the kernel's files are, ``/`` but in tests.

    Raises:
        PowertopError: there will be no watts; the text says why.
    """
    supplies = sorted((Path(root) / "sys/class/power_supply").glob("*/status"))
    if "Discharging" not in [_status(supply) for supply in supplies]:
        found = ", ".join(f"{supply.parent.name}: {_status(supply)}" for supply in supplies)
        raise PowertopError(
            "powertop measures only while a battery is discharging, and none is "
            f"({found or 'there is no battery'})"
        )
    capture = Capture(samples=1)
    try:
        capture.result()
    finally:
        capture.stop()


def _status(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        return f"unreadable ({error.strerror})"
