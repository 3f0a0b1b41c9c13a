"""The current sensors of Jetson boards: INA3221 chips on the I2C bus.

Source: the two drivers' files below ``/sys/bus/i2c/drivers/ina3221*``. The
newer one is a hwmon device with labelled volts (mV) and amperes (mA), the older
one an iio device with named watts (mW). A board with an input rail is measured
there, and its other rails are parts of it; on a board without one the rails
are summed, under a scope of its own, since the sum is less than the input.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from asrbench.meters import kernel_files
from asrbench.meters.interface import Channel, MeterError, Polled, Reach

INPUT_SCOPE = "module input"
SUM_SCOPE = "rail sum"
UPDATE_S = 0.1

# VIN_SYS_5V0 is none: on the boards that have it, it feeds input and output beside the others.
_INPUTS = ("VDD_IN", "POM_5V_IN")


@dataclass(frozen=True)
class _Rail:
    label: str
    factors: tuple[Path, ...]  # of mV and mA, or of mW alone

    def power_w(self) -> float:
        return math.prod(kernel_files.number(file) for file in self.factors) / (
            1e3 ** len(self.factors)
        )


class Ina3221(Polled):
    """All labelled rails of the board.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """

    name = "ina3221"

    def __init__(self, root: Path):
        super().__init__()
        self._drivers = root / "sys/bus/i2c/drivers"

    def probe(self) -> list[Channel]:
        rails = _hwmon_rails(self._drivers) or _iio_rails(self._drivers)
        rails = [rail for rail in rails if rail.label and rail.label.upper() != "NC"]
        if not rails:
            raise MeterError("the kernel shows no INA3221", there=False)
        labels = [rail.label for rail in rails]
        inputs = [label for label in labels if label in _INPUTS]
        self._sources = {rail: self._channel(rail.label, inputs) for rail in rails}
        return self._read_once()

    def _value(self, source: _Rail) -> float:
        return source.power_w()

    def _channel(self, label: str, inputs: list[str]) -> Channel:
        if not inputs:
            scope, reach = SUM_SCOPE, Reach.BOARD
        elif label in inputs:
            scope, reach = INPUT_SCOPE, Reach.BOARD
        else:
            scope, reach = f"rail {label}", Reach.PART
        return Channel(self.name, label, scope, "gauge", reach, UPDATE_S)


def _hwmon_rails(drivers: Path) -> list[_Rail]:
    rails = []
    for chip in sorted(drivers.glob("ina3221*/*/hwmon/hwmon*")):
        for number in (1, 2, 3):  # 4 to 7 are shunt voltages and sums
            label = kernel_files.text_or_empty(chip / f"in{number}_label")
            files = chip / f"in{number}_input", chip / f"curr{number}_input"
            rails.append(_Rail(label, files))
    return rails


def _iio_rails(drivers: Path) -> list[_Rail]:
    rails = []
    for chip in sorted(drivers.glob("ina3221*/*/iio*device*")):
        for number in (0, 1, 2):
            label = kernel_files.text_or_empty(chip / f"rail_name_{number}")
            rails.append(_Rail(label, (chip / f"in_power{number}_input",)))
    return rails
