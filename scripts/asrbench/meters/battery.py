"""The battery's own gauge: power in µW, or current in µA times voltage in µV.

Source: the kernel's power supply class, ``/sys/class/power_supply``. It says
what the whole device draws, and only while it is discharging.
"""

from pathlib import Path

from asrbench.device import batteries
from asrbench.meters import kernel_files
from asrbench.meters.interface import Channel, MeterError, Polled, Reach

SCOPE = "whole device (battery)"

# Some refresh every few milliseconds and some every 8 s, and the kernel does not say which.
UPDATE_S = 8.0


class Battery(Polled):
    """Every battery or UPS that is discharging; their watts add up.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """

    name = "battery"

    def __init__(self, root: Path):
        super().__init__()
        self._root = root

    def probe(self) -> list[Channel]:
        supplies = batteries.folders(self._root)
        if not supplies:
            raise MeterError("there is no battery", there=False)
        discharging = [supply for supply in supplies if status(supply) == "Discharging"]
        if not discharging:
            raise MeterError(
                f"no battery is discharging ({told(supplies)})",
                "Unplug the charger to measure on battery.",
            )
        self._sources = {
            supply: Channel(self.name, supply.name, SCOPE, "gauge", Reach.DEVICE, UPDATE_S)
            for supply in discharging
        }
        return self._read_once()

    def _value(self, source: Path) -> float:
        said = kernel_files.text(source / "status")
        if said != "Discharging":
            raise MeterError(f"{source.name} is not discharging any more: {said}")
        return _power_w(source)


def status(supply: Path) -> str:
    """What the supply does, such as 'Charging'; the reason in brackets where it does not say."""
    try:
        return kernel_files.text(supply / "status")
    except MeterError as error:
        return f"status unknown ({error})"


def told(supplies: list[Path]) -> str:
    """What each supply does, in words."""
    return ", ".join(f"{supply.name}: {status(supply)}" for supply in supplies)


def _power_w(supply: Path) -> float:
    if (supply / "power_now").exists():
        return abs(kernel_files.number(supply / "power_now")) / 1e6
    current_ua = kernel_files.number(supply / "current_now")  # negative on some, while discharging
    return abs(current_ua) * kernel_files.number(supply / "voltage_now") / 1e12
