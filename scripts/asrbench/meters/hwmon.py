"""Sensors of power (µW) and energy (µJ) that drivers show as hwmon devices.

Source: the kernel's hwmon class, ``/sys/class/hwmon``. Devices are matched by
name and label, since their numbers change between boots. What a chip's watts
are those of, only its maker knows: each is a scope of its own.
"""

import re
from pathlib import Path

from asrbench.meters import kernel_files
from asrbench.meters.interface import Channel, Kind, MeterError, Polled, Reach

# The interface gives no period for most chips; this is what common ones have.
UPDATE_S = 0.1

_SENSOR = re.compile(r"(?P<stem>(?P<quantity>power|energy)\d+)_(?:input|average)")
# By driver and label: the meter of a server's supply (ACPI), and the input of a Jetson Thor.
WHOLE = {("power_meter", ""), ("ina238", "VIN")}
# Shown a second time here by other meters' drivers.
_OTHERS = re.compile(r"ina3221.*|BAT.*|battery|.*_battery|ucsi_source.*|AC.*", re.IGNORECASE)


class Hwmon(Polled):
    """Every power and energy sensor of every chip; equal sensors of equal chips add up.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """

    name = "hwmon"

    def __init__(self, root: Path):
        super().__init__()
        self._folder = root / "sys/class/hwmon"

    def probe(self) -> list[Channel]:
        self._sources = {}
        for chip in sorted(self._folder.glob("hwmon*")):
            for folder in (chip, chip / "device"):  # where older drivers have their files
                name = kernel_files.text_or_empty(folder / "name")
                found = self._of_chip(folder, chip.name, name)
                if found and not _OTHERS.fullmatch(name):
                    self._sources |= found
                    break
        if not self._sources:
            raise MeterError("no hwmon device shows power or energy", there=False)
        return self._read_once()

    def _value(self, source: Path) -> float:
        return kernel_files.number(source) / 1e6

    def _of_chip(self, chip: Path, number: str, name: str) -> dict[Path, Channel]:
        sensors: dict[Path, Channel] = {}
        for file in sorted(chip.glob("*_input")) + sorted(chip.glob("*_average")):
            match = _SENSOR.fullmatch(file.name)
            if match is None or any(match["stem"] == f.name.partition("_")[0] for f in sensors):
                continue  # where there are both, the input alone
            label = kernel_files.text_or_empty(chip / f"{match['stem']}_label") or match["stem"]
            kind: Kind = "gauge" if match["quantity"] == "power" else "counter"
            scope, reach = f"chip {name} {label}", Reach.PART
            if (name, label) in WHOLE or (name, "") in WHOLE:
                scope, reach = f"whole device ({name})", Reach.DEVICE
            averaged_ms = kernel_files.text_or_empty(chip / f"{match['stem']}_average_interval")
            update_s = int(averaged_ms) / 1e3 if averaged_ms.isdigit() else UPDATE_S
            channel = f"{number} {label}"
            sensors[file] = Channel(self.name, channel, scope, kind, reach, update_s)
        return sensors
