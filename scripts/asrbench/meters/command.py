"""A meter that a program of the user's reads: it prints one number and ends.

For what is on the network or on a serial line: a USB meter, a smart plug, a
bench supply. The program is run once a reading, without a shell.
"""

import math
import subprocess
import time
from types import SimpleNamespace

from asrbench.meters.interface import Channel, Gap, Meter, MeterError, Reach, Reading, now


class Command(Meter):
    """The number that the program prints, times ``factor``: watts or joules.

    Args:
        settings: the configuration's block ``energy.command``.
    """

    name = "command"

    def __init__(self, settings: SimpleNamespace):
        super().__init__()
        self._settings = settings
        self.least_period_s = settings.period_s
        self._channel = Channel(
            self.name,
            settings.argv[0].rsplit("/", 1)[-1],
            settings.scope,
            settings.kind,
            Reach.SUPPLY,
            settings.period_s,
            settings.wrap_j,
            settings.estimated,
        )

    def probe(self) -> list[Channel]:
        self.read()
        return [self._channel]

    def read(self) -> list[Reading]:
        began_s = time.monotonic()
        return [now(self._channel, self._number(), began_s)]

    def _number(self) -> float:
        argv, timeout_s = self._settings.argv, self._settings.timeout_s
        try:
            run = subprocess.run(
                argv, capture_output=True, text=True, errors="replace", timeout=timeout_s
            )
        except subprocess.TimeoutExpired:
            raise Gap(f"{argv[0]}: gave no answer within {timeout_s:g} s") from None
        except (OSError, ValueError) as error:
            raise MeterError(f"{argv[0]!r}: cannot be run ({error})") from None
        if run.returncode != 0:
            said = " ".join(run.stderr.split())[:120] or "no message"
            raise Gap(f"{argv[0]}: ended with status {run.returncode} ({said})")
        try:
            number = float(run.stdout) * self._settings.factor
            if not 0 <= number < math.inf:
                raise ValueError
        except ValueError:
            raise Gap(f"{argv[0]}: printed {run.stdout[:40]!r}, not a number") from None
        return number
