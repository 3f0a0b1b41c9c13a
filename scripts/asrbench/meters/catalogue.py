"""All meters, in the order of preference, and what each can read on this device."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from asrbench.meters.battery import Battery
from asrbench.meters.command import Command
from asrbench.meters.external import External
from asrbench.meters.hwmon import Hwmon
from asrbench.meters.ina3221 import Ina3221
from asrbench.meters.interface import PROBES, Channel, Gap, Meter, MeterError, foreseen
from asrbench.meters.nvidia import Nvidia
from asrbench.meters.pmic import Pmic
from asrbench.meters.powertop import Powertop
from asrbench.meters.rapl import Rapl
from asrbench.study.meter_names import METERS


@dataclass(frozen=True)
class Probed:
    """A meter with its channels, or with the reason why it has none."""

    meter: Meter
    channels: list[Channel]
    error: MeterError | None = None


def chosen(settings: SimpleNamespace, root: Path = Path("/")) -> list[Meter]:
    """The meters that the configuration names, or all that it can know of.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """
    makers = {
        "battery": lambda: Battery(root),
        "powertop": lambda: Powertop(root),
        "rapl": lambda: Rapl(root),
        "ina3221": lambda: Ina3221(root),
        "pmic": Pmic,
        "hwmon": lambda: Hwmon(root),
        "nvidia": lambda: Nvidia(root),
    }
    if settings.external is not None:
        makers["external"] = lambda: External(settings.external)
    if settings.command is not None:
        makers["command"] = lambda: Command(settings.command)
    wanted = METERS if settings.meters == "auto" else settings.meters
    return [makers[name]() for name in METERS if name in wanted and name in makers]


def probed(meters: list[Meter]) -> list[Probed]:
    """Ask each meter what it can read."""
    found = []
    for meter in meters:
        for left in reversed(range(PROBES)):
            try:
                with foreseen():
                    found.append(Probed(meter, meter.probe()))
            except MeterError as error:
                if isinstance(error, Gap) and left:
                    continue
                found.append(Probed(meter, [], error))
            break
    return found


def ranked(channels: list[Channel]) -> list[Channel]:
    """The preferred first: measured before estimated, then by reach, then by meter."""
    return sorted(channels, key=lambda c: (c.estimated, c.reach, METERS.index(c.meter)))


def absent(found: list[Probed]) -> list[dict[str, str]]:
    """Meters, and parts of them, that give nothing, as JSON data: meter, reason, advice."""
    return [
        {"meter": p.meter.name, "reason": str(error), "advice": error.advice}
        for p in found
        for error in errors(p)
    ]


def errors(probed: Probed) -> list[MeterError]:
    """Why a meter, or parts of one that gives others, gives nothing."""
    return [probed.error] if probed.error is not None else list(probed.meter.lost.values())


def why_none(found: list[Probed]) -> str:
    """One line for a device on which no meter gives anything."""
    if not found:
        return "no meter is configured (energy.meters)"
    absent = [p.meter.name for p in found if p.error is not None and not p.error.there]
    parts = [f"{p.meter.name}: {p.error}" for p in found if p.error is not None and p.error.there]
    if absent:
        parts.append(f"{'not' if not parts else 'also not'} there: {', '.join(absent)}")
    return f"this device has no meter that measures ({'; '.join(parts)})"
