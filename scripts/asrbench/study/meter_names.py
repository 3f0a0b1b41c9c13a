"""The names of power meters, in the order of preference among scopes of the same reach."""

METERS = (
    *("external", "command", "battery", "powertop", "rapl"),
    *("ina3221", "pmic", "hwmon", "nvidia"),
)
