"""The power chip of a Raspberry Pi 5: volts and amperes of the board's rails.

Source: ``vcgencmd pmic_read_adc``. The sum over the rails leaves out what USB
devices and HATs take from 5 V, and the losses before the rails; fitting it to
wall power would make it an estimate. A Raspberry Pi 4 has no such sensor.
"""

import os
import re
import shutil
import subprocess
import time

from asrbench.meters.interface import Channel, Gap, Meter, MeterError, Reach, Reading

SCOPE = "board rails (PMIC)"
PERIOD_S = 0.5

_LINE = re.compile(
    r"(?P<name>\w+)_(?P<quantity>[AV]) (?P<word>current|volt)\(\d+\)="
    r"(?P<value>\d+(?:\.\d+)?)(?P<unit>[AV])"
)
_WORDS = {"A": "current", "V": "volt"}
# Measured in volts only: the 5 V input and the clock's battery.
_VOLTS_ONLY = {"EXT5V", "BATT"}


class Pmic(Meter):
    """All rails with a pair of amperes and volts; their watts add up."""

    name = "pmic"
    least_period_s = PERIOD_S

    def __init__(self) -> None:
        super().__init__()
        self._channels: dict[str, Channel] = {}
        self._program = ""

    def probe(self) -> list[Channel]:
        self._program = shutil.which("vcgencmd") or ""
        if not self._program:
            raise MeterError("there is no vcgencmd", there=False)
        self._channels = {
            rail: Channel(self.name, rail, SCOPE, "gauge", Reach.BOARD, PERIOD_S)
            for rail in rail_watts(self._answer())
        }
        return list(self._channels.values())

    def read(self) -> list[Reading]:
        began_s = time.monotonic()
        watts = rail_watts(self._answer())
        if watts.keys() != self._channels.keys():
            raise MeterError(
                f"vcgencmd shows other rails than before: {sorted(watts.keys())}, "
                f"and before {sorted(self._channels)}"
            )
        t_s = (began_s + time.monotonic()) / 2
        return [Reading(t_s, self._channels[rail], value) for rail, value in watts.items()]

    def _answer(self) -> str:
        try:
            run = subprocess.run(
                [self._program, "pmic_read_adc"],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=5,
                env=os.environ | {"LC_ALL": "C"},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Gap(f"vcgencmd pmic_read_adc: {error}") from None
        if run.returncode != 0 or not run.stdout.strip():
            said = " ".join((run.stderr or run.stdout).split())[:120] or "no output"
            raise Gap(
                f"vcgencmd pmic_read_adc ended with status {run.returncode} ({said})",
                "It needs a Raspberry Pi 5, and the right to ask its firmware: as root,\n"
                "  usermod -aG video YOUR_USER    and log in again.",
            )
        return run.stdout


def rail_watts(answer: str) -> dict[str, float]:
    """Watts by rail.

    Raises:
        MeterError: a line is not understood (the answer was cut, or this is no
            Raspberry Pi 5), or a rail has only one of its two lines.
    """
    found: dict[str, dict[str, float]] = {}
    for line in answer.splitlines():
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if not match or (_WORDS[match["unit"]], match["unit"]) != match.group("word", "quantity"):
            raise MeterError(f"vcgencmd pmic_read_adc: not understood: {line.strip()[:80]!r}")
        found.setdefault(match["name"], {})[match["quantity"]] = float(match["value"])
    rails = {name: pair for name, pair in found.items() if name not in _VOLTS_ONLY}
    alone = sorted(name for name, pair in rails.items() if len(pair) < 2)
    if alone:
        raise MeterError(
            f"vcgencmd pmic_read_adc: only one of volts and amperes of {', '.join(alone)}"
        )
    if not rails:
        raise MeterError("vcgencmd pmic_read_adc shows no rails")
    return {name: pair["A"] * pair["V"] for name, pair in rails.items()}
