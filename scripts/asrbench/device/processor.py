"""What computes: the processor's name, and the power mode that the board runs in."""

import platform
import re
import shutil
import subprocess
from pathlib import Path

from asrbench.device.kernel_text import kernel_text

# Arm's cores by what the kernel tells of each: implementer and part, from Arm's own manuals.
_ARM = {
    **{("0x41", part): f"Cortex-{name}" for part, name in {
        "0xc07": "A7", "0xc08": "A8", "0xc09": "A9", "0xc0d": "A17", "0xc0e": "A17",
        "0xc0f": "A15", "0xd01": "A32", "0xd02": "A34", "0xd03": "A53", "0xd04": "A35",
        "0xd05": "A55", "0xd06": "A65", "0xd07": "A57", "0xd08": "A72", "0xd09": "A73",
        "0xd0a": "A75", "0xd0b": "A76", "0xd0d": "A77", "0xd0e": "A76AE", "0xd41": "A78",
        "0xd42": "A78AE", "0xd44": "X1", "0xd46": "A510", "0xd47": "A710", "0xd48": "X2",
        "0xd4b": "A78C", "0xd4d": "A715", "0xd4e": "X3", "0xd80": "A520", "0xd81": "A720",
        "0xd82": "X4", "0xd87": "A725", "0xd85": "X925",
    }.items()},
    **{("0x41", part): f"Neoverse-{name}" for part, name in {
        "0xd0c": "N1", "0xd40": "V1", "0xd49": "N2", "0xd4a": "E1", "0xd4f": "V2",
        "0xd83": "V3AE", "0xd84": "V3", "0xd8e": "N3",
    }.items()},
    ("0x4e", "0x003"): "NVIDIA Denver 2",
    ("0x4e", "0x004"): "NVIDIA Carmel",
    ("0x51", "0x001"): "Qualcomm Oryon",
    ("0x51", "0x802"): "Qualcomm Kryo 385 Gold",
    ("0x51", "0x803"): "Qualcomm Kryo 385 Silver",
    ("0x51", "0x804"): "Qualcomm Kryo 485 Gold",
    ("0x51", "0x805"): "Qualcomm Kryo 485 Silver",
    ("0xc0", "0xac3"): "Ampere-1",
    ("0xc0", "0xac4"): "Ampere-1a",
}  # fmt: skip


def name(root: Path) -> str | None:
    """The processor's name, all kinds of its cores included; None where nothing tells it.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """
    text = kernel_text(root / "proc/cpuinfo") or ""
    pairs = [line.partition(":")[::2] for line in text.splitlines()]
    told = [(key.strip(), value.strip()) for key, value in pairs]
    makers = [value for key, value in told if key == "CPU implementer"]
    parts = [value for key, value in told if key == "CPU part"]
    arm = list(dict.fromkeys(zip(makers, parts, strict=False)))
    if arm:
        names = [_ARM.get(one, f"Arm core (implementer {one[0]}, part {one[1]})") for one in arm]
        return " + ".join(dict.fromkeys(names))
    fields = dict(reversed(told))  # the first of each
    return fields.get("model name") or fields.get("Model") or platform.processor() or None


def power_mode() -> str | None:
    """The mode that a Jetson runs in, such as 'MAXN'; None elsewhere."""
    program = shutil.which("nvpmodel")
    if program is None:
        return None
    try:
        answer = subprocess.run([program, "-q"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"NV Power Mode:\s*(\S+)", answer)
    return found[1] if found else None
