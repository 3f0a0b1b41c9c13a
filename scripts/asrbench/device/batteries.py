"""Batteries and UPSs that feed the device itself: a mouse's or a pen's is none of them."""

from pathlib import Path

from asrbench.device.kernel_text import kernel_text

_KINDS = ("Battery", "UPS", None)


def folders(root: Path) -> list[Path]:
    """The kernel's folder of each of them.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """
    return [
        supply
        for supply in sorted((root / "sys/class/power_supply").glob("*"))
        if kernel_text(supply / "type") in _KINDS
        and kernel_text(supply / "scope") != "Device"
        and kernel_text(supply / "present") != "0"
    ]
