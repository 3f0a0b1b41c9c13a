"""The names of power meters, in the order of preference among scopes of the same reach."""

from typing import Literal, get_args

MeterName = Literal[
    "external", "command", "battery", "powertop", "rapl", "ina3221", "pmic", "hwmon", "nvidia"
]
METERS: tuple[str, ...] = get_args(MeterName)
