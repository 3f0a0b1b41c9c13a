"""Is the device fit to be measured? What was found, why it matters, what to do.

Each check answers for itself; what the kernel does not tell is answered
``unknown`` and never taken for good or bad.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from asrbench.device import batteries, cores, gpus
from asrbench.device.busy import BUSY_CORES, SWAPPED_BYTES
from asrbench.device.kernel_text import kernel_text
from asrbench.device.watch import DeviceWatch

LOOK_S = 0.3
GOVERNOR = "scaling_governor"
MAINS = "mains"
MEMORY_FREE_SHARE = 0.1
# Read over a bus, or no finer than the kernel's own tick; all others are registers.
SLOW_CLOCKS = {"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"}


@dataclass(frozen=True)
class Check:
    """One answer: ``verdict`` is fit, unfit or unknown."""

    check: str
    verdict: str
    found: str
    why: str
    advice: str


def run(
    root: str | Path = "/",
    look_s: float = LOOK_S,
    watch: DeviceWatch | None = None,
    on_gpu: bool = False,
) -> list[Check]:
    """All checks, in a fixed order; takes ``look_s`` seconds to see what others do.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
        look_s: how long the load by others is watched, in seconds.
        watch: in place of that, one that has watched a whole measurement, if that took
            as long.
        on_gpu: whether what is measured computes on a GPU.
    """
    root = Path(root)
    if watch is None or watch.seconds() < look_s:
        watch = DeviceWatch(root)
        time.sleep(look_s)
    state = watch.end()
    gpu = [_gpu(root)] if on_gpu else []  # first: an idle one soon has another clock
    return [
        *gpu,
        _governor(root),
        _profile(root),
        _mains(root),
        _throttling(state["throttled"]),
        _load(state["load"]),
        _memory(root),
        _swap(state["swapped_bytes"]),
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
    policies = (root / "sys/devices/system/cpu").glob("cpu[0-9]*/cpufreq")
    told = {folder: text for folder in policies if (text := kernel_text(folder / GOVERNOR))}
    found = sorted(set(told.values()))
    return Check(
        "CPU governor",
        _verdict(found or None, all(map(_holds_clock, told))),
        ", ".join(found) or "the kernel does not tell",
        "another governor than performance changes the clock while it is measured",
        "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
    )


def _holds_clock(policy: Path) -> bool:
    """Whether a core's clock stays where it is, by its governor or otherwise."""
    lowest, highest = (kernel_text(policy / f"scaling_{end}_freq") for end in ("min", "max"))
    return (
        kernel_text(policy / GOVERNOR) == "performance"
        # Where the processor itself governs, powersave is a name and the preference counts.
        or kernel_text(policy / "energy_performance_preference") == "performance"
        or (lowest is not None and lowest == highest)
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
    files = [folder / "status" for folder in batteries.folders(root)]
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


def _gpu(root: Path) -> Check:
    slowed, found = gpus.slowed(root)
    return Check(
        "GPU",
        _verdict(slowed, not slowed),
        found,
        "a GPU at the limit of its power or heat lowers its clock",
        "cool it, give it a higher power limit, or hold its clock (nvidia-smi --lock-gpu-clocks)",
    )


def _load(load: object) -> Check:
    return Check(
        "load by others",
        _verdict(load, isinstance(load, (int, float)) and load <= BUSY_CORES),
        f"{load} cores" if load != "" else "the kernel does not tell",
        f"more than {BUSY_CORES} cores in use by others slow the measured process down",
        "end other programs",
    )


def _memory(root: Path) -> Check:
    memory, limit = psutil.virtual_memory(), cores.memory_limit_bytes(root)
    within = f", limited to {limit / 1e9:.1f} GB" if limit and limit < memory.total else ""
    return Check(
        "free memory",
        "fit" if memory.available > MEMORY_FREE_SHARE * memory.total else "unfit",
        f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB{within}",
        "with too little memory the kernel drops and rereads parts of the model",
        "end other programs, or measure a smaller model",
    )


def _swap(swapped_bytes: object) -> Check:
    little = isinstance(swapped_bytes, int) and swapped_bytes <= SWAPPED_BYTES
    return Check(
        "swap",
        _verdict(swapped_bytes, little),
        "the kernel does not tell" if swapped_bytes == "" else f"{swapped_bytes} bytes moved",
        "memory that is swapped out is read back while it is measured",
        "end other programs, or measure a smaller model",
    )


def _clock_source(root: Path) -> Check:
    name = kernel_text(root / "sys/devices/system/clocksource/clocksource0/current_clocksource")
    return Check(
        "clock source",
        _verdict(name, name not in SLOW_CLOCKS),
        name or "the kernel does not tell",
        "a slow clock source (hpet, acpi_pm, jiffies) costs time and is coarse",
        "restart with the kernel's default clock source (remove clocksource= and notsc)",
    )
