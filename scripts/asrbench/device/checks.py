"""Is the device fit to be measured? What was found, why it matters, what to do.

Each check answers for itself; what the kernel does not tell is answered
``unknown`` and never taken for good or bad.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from asrbench.device.busy import BUSY_CORES
from asrbench.device.kernel_text import kernel_text
from asrbench.device.watch import DeviceWatch

LOOK_S = 0.3
MAINS = "mains"
MEMORY_FREE_SHARE = 0.1
EXACT_CLOCKS = {"tsc", "arch_sys_counter", "arch_mmio_counter"}


@dataclass(frozen=True)
class Check:
    """One answer: ``verdict`` is fit, unfit or unknown."""

    check: str
    verdict: str
    found: str
    why: str
    advice: str


def run(
    root: str | Path = "/", look_s: float = LOOK_S, watch: DeviceWatch | None = None
) -> list[Check]:
    """All checks, in a fixed order; takes ``look_s`` seconds to see what others do.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
        look_s: how long the load by others is watched, in seconds.
        watch: in place of that, one that has watched a whole measurement, if that took
            as long.
    """
    root = Path(root)
    if watch is None or watch.seconds() < look_s:
        watch = DeviceWatch(root)
        time.sleep(look_s)
    state = watch.end()
    return [
        _governor(root),
        _profile(root),
        _mains(root),
        _throttling(state["throttled"]),
        _load(state["load"]),
        _memory(),
        _swap(),
        _clock_source(root),
    ]


def unfit(checks: list[Check]) -> list[str]:
    """A line for each check that found the device unfit."""
    return [
        f"{check.check}: {check.found}; {check.why}; {check.advice}"
        for check in checks
        if check.verdict == "unfit"
    ]


def _verdict(value: object, fit: bool) -> str:
    return "unknown" if value in (None, "") else ("fit" if fit else "unfit")


def _governor(root: Path) -> Check:
    files = sorted((root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq/scaling_governor"))
    found = sorted({text for file in files if (text := kernel_text(file))})
    return Check(
        "CPU governor",
        _verdict(found or None, found == ["performance"]),
        ", ".join(found) or "the kernel does not tell",
        "another governor than performance changes the clock while it is measured",
        "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
    )


def _profile(root: Path) -> Check:
    profile = kernel_text(root / "sys/firmware/acpi/platform_profile")
    return Check(
        "power profile",
        _verdict(profile, profile not in ("low-power", "quiet")),
        profile or "the kernel does not tell",
        "in a saving profile the device is slower",
        "echo performance | sudo tee /sys/firmware/acpi/platform_profile",
    )


def _mains(root: Path) -> Check:
    files = sorted((root / "sys/class/power_supply").glob("*/status"))
    statuses = [status for file in files if (status := kernel_text(file))]
    return Check(
        MAINS,
        _verdict(statuses or None, "Discharging" not in statuses),
        ", ".join(f"battery {status}" for status in statuses) or "the kernel does not tell",
        "on battery many devices are slower",
        "plug it in (only energy from the battery's own meter needs it unplugged)",
    )


def _throttling(throttled: object) -> Check:
    known: dict[object, str] = {True: "throttled now", False: "not throttled"}
    found = known.get(throttled)
    return Check(
        "throttling",
        _verdict(found, throttled is False),
        found or "the kernel does not tell",
        "a hot or under-powered device slows itself down",
        "cool it, or give it a stronger supply, and wait",
    )


def _load(load: object) -> Check:
    return Check(
        "load by others",
        _verdict(load, isinstance(load, (int, float)) and load <= BUSY_CORES),
        f"{load} cores" if load != "" else "the kernel does not tell",
        f"more than {BUSY_CORES} cores in use by others slow the measured process down",
        "end other programs",
    )


def _memory() -> Check:
    memory = psutil.virtual_memory()
    return Check(
        "free memory",
        "fit" if memory.available > MEMORY_FREE_SHARE * memory.total else "unfit",
        f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB",
        "with too little memory the kernel drops and rereads parts of the model",
        "end other programs, or measure a smaller model",
    )


def _swap() -> Check:
    used = psutil.swap_memory().used
    return Check(
        "swap",
        "fit" if used == 0 else "unfit",
        f"{used / 1e9:.2f} GB in use",
        "memory that is swapped out is read back while it is measured",
        "sudo swapoff -a, or restart the device",
    )


def _clock_source(root: Path) -> Check:
    name = kernel_text(root / "sys/devices/system/clocksource/clocksource0/current_clocksource")
    return Check(
        "clock source",
        _verdict(name, name in EXACT_CLOCKS or bool(name and name.startswith("kvm"))),
        name or "the kernel does not tell",
        "a slow clock source (hpet, acpi_pm, jiffies) costs time and is coarse",
        "restart with the kernel's default clock source (remove clocksource= and notsc)",
    )
