"""Watts from powertop: only its battery discharge rate, which alone is a measurement.

Powertop's "system baseline power" and "PW Estimate" are the output of a model,
so they are never read. The discharge rate exists only while a battery or UPS
is discharging; on mains power powertop ends well and reports no watts.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from asrbench.meters import battery
from asrbench.meters.interface import Channel, Meter, MeterError, Reach, Reading

# One second of sampling, and what powertop does around it.
PERIOD_S = 1.7
# A user cannot end a program that sudo started, so that one ends by itself and is started again.
_ROUNDS_AS_ROOT, _ROUNDS_BY_SUDO = 100_000, 10
# A report is written at one go; after this time nothing more will come.
_WRITTEN_AFTER_S = 0.5

_LABEL = "The battery reports a discharge rate of:"
# 2.14 writes 'of:  7.25  W;' and, from 2.16 on, 'of: ,7.25 W'; the unit may be u, m or k watts.
_DISCHARGE = re.compile(
    r"The battery reports a discharge rate of:[ \t]*[;,]?[ \t]*"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)[ \t]*(?P<prefix>[umk]?)[ \t]*W[ \t]*[;,]?[ \t]*"
)
_FACTOR = {"u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}
# It keeps microwatts in 32 bits: whatever lies above is shown as 2.15 kW.
_MOST_W = 2140.0


def discharge_w(report: str) -> float | None:
    """Watts on the discharge line of one CSV report; None where there is no such line.

    Raises:
        MeterError: such a line stands there and is not understood, or stands twice.
    """
    lines = [line for line in report.split("\n") if line.startswith(_LABEL)]
    if not lines:
        return None
    match = _DISCHARGE.fullmatch(lines[0].rstrip("\r"))
    if match is None or not lines[0].isascii() or len(lines) > 1:
        raise MeterError(f"powertop's discharge line is not understood: {lines[0][:120]!r}")
    watts = float(match["number"]) * _FACTOR[match["prefix"]]
    if watts > _MOST_W:
        raise MeterError(f"powertop cannot tell {watts:.0f} W from more: it counts to 2147 W")
    return watts


class Powertop(Meter):
    """Powertop in the background, sampling as often as it can, into a folder of its own.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """

    name = "powertop"
    least_period_s = PERIOD_S

    def __init__(self, root: Path):
        super().__init__()
        self._battery = battery.Battery(root)
        self._channel = Channel(
            self.name, "discharge rate", battery.SCOPE, "gauge", Reach.DEVICE, PERIOD_S
        )
        self._command: list[str] = []
        self._running: tuple[subprocess.Popen, tempfile.TemporaryDirectory] | None = None
        self._reports = self._rounds = 0

    def probe(self) -> list[Channel]:
        # Where nothing discharges powertop would run, end well, and report nothing; and where
        # the battery's power cannot be read it reports a number out of nowhere.
        self._battery.probe()
        self._command = _command()
        return [self._channel]

    def read(self) -> list[Reading]:
        self._battery.read()
        process, folder = self._running or self._start()
        ended = process.poll() is not None
        files = sorted(Path(folder.name).glob("report*.csv"))
        readings = [
            self._reading(file)
            for file in files
            if _is_whole(file, last=file == files[-1] and not ended)
        ]
        self._reports += len(readings)
        if ended:
            self._check_end(process, folder.name)
            self._start()
        return readings

    def close(self) -> None:
        if self._running is None:
            return
        process, folder = self._running
        if process.poll() is None:
            with contextlib.suppress(PermissionError):  # sudo's; it ends after its few rounds
                process.kill()
            process.communicate()
        folder.cleanup()

    def _start(self) -> tuple[subprocess.Popen, tempfile.TemporaryDirectory]:
        self._reports = 0
        self._rounds = _ROUNDS_BY_SUDO if self._command[0].endswith("sudo") else _ROUNDS_AS_ROOT
        folder = (
            self._running[1] if self._running else tempfile.TemporaryDirectory(prefix="powertop-")
        )
        process = subprocess.Popen(
            [*self._command, "--csv=report.csv", "--time=1", f"--iteration={self._rounds}"],
            cwd=folder.name,
            # Its report is in the user's language otherwise.
            env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._running = process, folder
        return self._running

    def _reading(self, file: Path) -> Reading:
        watts = discharge_w(file.read_text(encoding="utf-8", errors="replace"))
        if watts is None:
            raise MeterError("powertop reports no discharge rate: no battery is discharging")
        # The battery is read at the end of the second, just before the report is written.
        ended_s = file.stat().st_mtime - (time.time() - time.monotonic())
        file.unlink()
        return Reading(ended_s, self._channel, watts)

    def _check_end(self, process: subprocess.Popen, folder: str) -> None:
        """It ends well with nothing written where it cannot write, so reports are counted too."""
        _, complaint = process.communicate()
        if process.returncode != 0:
            # Its last line is the complaint; the ones before are about hardware that is absent.
            last = (complaint.strip().splitlines() or ["no message"])[-1][:120]
            raise MeterError(f"powertop ended with status {process.returncode} ({last})")
        if self._reports < self._rounds:
            raise MeterError(
                f"powertop ended and wrote {self._reports} of {self._rounds} reports: "
                f"is there room in {folder}?"
            )


def _is_whole(file: Path, last: bool) -> bool:
    """Whether a report is complete; it is empty for as long as its second lasts."""
    state = file.stat()
    return state.st_size > 0 and not (last and time.time() - state.st_mtime < _WRITTEN_AFTER_S)


def _command() -> list[str]:
    """How powertop is called here: directly by root, through sudo by others."""
    program = shutil.which("powertop") or shutil.which("powertop", path="/usr/sbin:/sbin")
    if program is None:
        raise MeterError("powertop is not installed", "As root: apt-get install powertop")
    if os.geteuid() == 0:
        return [program]
    sudo = shutil.which("sudo")
    if sudo is not None:
        allowed = subprocess.run([sudo, "-n", "-l", program], capture_output=True, timeout=20)
        if allowed.returncode == 0:
            return [sudo, "-n", program]
    raise MeterError(
        "powertop needs root",
        "Run the energy stage as root, or let sudo run powertop without a password, with this\n"
        f"line (visudo /etc/sudoers.d/powertop):\n  YOUR_USER ALL=(root) NOPASSWD: {program}",
    )
