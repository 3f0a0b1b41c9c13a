"""RAPL: the processor's energy counters in µJ, of Intel and of AMD.

Source: the kernel's powercap class, ``/sys/class/powercap/intel-rapl:*``, which
has that name on AMD too. Packages, DRAM and the platform (psys) are scopes of
their own: psys holds the packages, so they are never added. A counter begins
again at 0 after ``max_energy_range_uj``, on some processors every few minutes.
"""

import re
from pathlib import Path

from asrbench.meters import kernel_files
from asrbench.meters.interface import Channel, Gap, MeterError, Polled, Reach

# The counter moves about every millisecond.
UPDATE_S = 0.001

_SCOPES = [
    (re.compile(r"psys"), "platform (psys)", Reach.BOARD),
    (re.compile(r"package-.*"), "CPU package", Reach.PROCESSOR),
    (re.compile(r"dram"), "DRAM", Reach.PART),
]
ADVICE = """\
Since Linux 5.10 the counters are for root only, because fine power readings can leak secrets of
other processes. On a device of your own, as root, allow a group to read them until the next boot:
  groupadd -f power && usermod -aG power YOUR_USER
  chgrp -R power /sys/class/powercap/intel-rapl*/ && chmod g+r /sys/class/powercap/*/energy_uj
or, for good, this line in /etc/udev/rules.d/90-rapl.rules:
  SUBSYSTEM=="powercap", ACTION=="add", RUN+="/bin/sh -c 'chgrp power /sys%p/energy_uj; \
chmod g+r /sys%p/energy_uj'\""""


class Rapl(Polled):
    """The counters of packages, DRAM and platform; several packages add up.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """

    name = "rapl"

    def __init__(self, root: Path):
        super().__init__()
        self._folder = root / "sys/class/powercap"

    def probe(self) -> list[Channel]:
        zones = sorted(self._folder.glob("intel-rapl:*"))
        if not zones:
            raise MeterError("the kernel shows no RAPL counters", there=False)
        if not any(zone.exists() for zone in zones):  # links into a folder that is covered
            raise MeterError(
                "this container hides the RAPL counters; docs/devices.md has the engine's option"
            )
        self._sources = {
            zone: channel for zone in zones if (channel := self._channel(zone)) is not None
        }
        if not self._sources:
            raise MeterError("RAPL shows neither package, DRAM nor platform")
        return self._read_once()

    def _value(self, source: Path) -> float:
        try:
            return kernel_files.number(source / "energy_uj") / 1e6
        except Gap:
            raise
        except MeterError as error:
            raise MeterError(str(error), ADVICE if "permission" in str(error) else "") from None

    def _channel(self, zone: Path) -> Channel | None:
        name = kernel_files.text_or_empty(zone / "name")
        for pattern, scope, reach in _SCOPES:
            if pattern.fullmatch(name):
                wrap_j = kernel_files.number(zone / "max_energy_range_uj") / 1e6
                channel = f"{zone.name} ({name})"
                return Channel(self.name, channel, scope, "counter", reach, UPDATE_S, wrap_j)
        return None  # cores and graphics are inside the package
