"""What the measurements run on; what the device does not tell is null."""

import hashlib
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psutil

from asrbench.basics import results_version
from asrbench.device import cores, gpus, made_by, processor
from asrbench.device.kernel_text import kernel_text

SCHEMA_VERSION = 1

_PACKAGES = ["torch", "espnet", "numpy", "librosa", "soundfile", "jiwer", "snakemake"]


def describe(config: Path, root: Path = Path("/")) -> dict[str, object]:
    """The device, the software on it, and the study.

    Args:
        config: the resolved configuration, whose bytes are hashed.
        root: where the kernel's files are, ``/`` but in tests.
    """
    cpu = root / "sys/devices/system/cpu"
    return {
        "schema_version": SCHEMA_VERSION,
        "results_version": results_version.VERSION,
        "described_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "board": _board(root),
        "cpu": processor.name(root),
        "architecture": platform.machine(),
        "cores": psutil.cpu_count(logical=True),
        "physical_cores": psutil.cpu_count(logical=False),
        "usable_cores": cores.usable(root),
        "kinds_of_cores": [asdict(kind) for kind in cores.kinds(root)],
        "cpu_quota_cores": cores.quota(root),
        "gpus": gpus.described(root),
        "torch_cuda": gpus.torch_cuda(),
        "memory_bytes": psutil.virtual_memory().total,
        "memory_limit_bytes": cores.memory_limit_bytes(root),
        "swap_bytes": psutil.swap_memory().total,
        "system": _system(root),
        "kernel": platform.release(),
        "governor": kernel_text(cpu / "cpu0/cpufreq/scaling_governor"),
        "power_mode": processor.power_mode(),
        "clock_source": kernel_text(
            root / "sys/devices/system/clocksource/clocksource0/current_clocksource"
        ),
        "python": platform.python_version(),
        "versions": {name: made_by.package(name) for name in _PACKAGES},
        "commit": made_by.commit(),
        "config_sha256": hashlib.sha256(config.read_bytes()).hexdigest(),
    }


def _board(root: Path) -> str | None:
    """An Arm board's name from its device tree, a PC's from its firmware."""
    tree = kernel_text(root / "proc/device-tree/model")
    if tree:
        return tree
    firmware = root / "sys/class/dmi/id"
    names = [kernel_text(firmware / "sys_vendor"), kernel_text(firmware / "product_name")]
    return " ".join(name for name in names if name) or None


def _system(root: Path) -> str | None:
    for line in (kernel_text(root / "etc/os-release") or "").splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return None
