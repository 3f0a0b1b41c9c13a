"""NVIDIA GPUs of this device, boards and Jetsons, as files and NVIDIA's library tell of them.

No runtime that computes is imported: torch alone would cost seconds and memory.
"""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from asrbench.device import nvml
from asrbench.device.kernel_text import kernel_text

# Of a driver for boards, of Tegra's (Jetson) in its versions, and of a Linux inside Windows.
_DEVICE_FILES = ("nvidia[0-9]*", "nvhost-gpu", "nvhost-ctrl-gpu", "nvgpu", "dxg")
REMEDY = (
    "install NVIDIA's driver and a torch with CUDA (docs/devices.md, GPU), or take cuda out of "
    "the configuration"
)
# Bits of nvmlDeviceGetCurrentClocksThrottleReasons that hold the clock below what was asked for.
_SLOWED = {
    0x04: "power limit",
    0x08: "slowed by hardware",
    0x20: "heat",
    0x40: "heat (hardware)",
    0x80: "power brake",
}
_COMPUTE_MODES = {0: "default", 2: "prohibited", 3: "exclusive process"}
_SM_CLOCK = 1  # NVML_CLOCK_SM


def there(root: Path = Path("/")) -> bool:
    """Whether the kernel shows a GPU that CUDA could use.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """
    return any(next((root / "dev").glob(name), None) is not None for name in _DEVICE_FILES)


def torch_cuda() -> str | None:
    """The version of CUDA that the installed torch was built for; None: for the CPU, or none."""
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return None
    text = kernel_text(Path(found.origin).parent / "version.py") or ""
    told = re.search(r"^cuda\b[^=]*= *'([^']+)'", text, re.MULTILINE)
    return told[1] if told else None


def names(root: Path = Path("/")) -> list[str]:
    """What the GPUs are called."""
    return [str(one["name"]) for one in described(root)]


def described(root: Path = Path("/")) -> list[dict[str, object]]:
    """Each GPU as JSON data; what is not told is null.

    On a Jetson, memory is that of the device, which both processors share.
    """
    jetson = _of_jetson(root)
    if jetson:
        return [jetson]
    try:
        library = nvml.opened(root)
    except nvml.NoLibrary:
        return _of_files(root)
    try:
        return [_of_board(library, board) for board in nvml.boards(library)]
    except library.NVMLError:
        return _of_files(root)
    finally:
        library.nvmlShutdown()


def in_words(told: object) -> str:
    """GPUs of a device.json as one line, with driver and limit of power; '' where none is told."""
    each = [
        [
            str(one.get("name")),
            *([f"driver {one['driver']}"] if one.get("driver") else []),
            *([f"at most {one['power_limit_w']:g} W"] if one.get("power_limit_w") else []),
        ]
        for one in (told if isinstance(told, list) else [])
    ]
    return "; ".join(", ".join(parts) for parts in each)


def slowed(root: Path = Path("/")) -> tuple[bool | None, str]:
    """Whether a board's clock is held down now (None: not told), and in words why and its clock."""
    try:
        library = nvml.opened(root)
    except nvml.NoLibrary as error:
        return None, str(error)
    try:
        told = [_slowed(library, board) for board in nvml.boards(library)]
    except library.NVMLError as error:
        return None, f"the NVIDIA driver does not tell ({error})"
    finally:
        library.nvmlShutdown()
    return any(held for held, _ in told), "; ".join(words for _, words in told)


def _slowed(library: Any, board: Any) -> tuple[bool, str]:
    bits = library.nvmlDeviceGetCurrentClocksThrottleReasons(board)
    clock_mhz = library.nvmlDeviceGetClockInfo(board, _SM_CLOCK)
    highest_mhz = library.nvmlDeviceGetMaxClockInfo(board, _SM_CLOCK)
    why = [words for bit, words in _SLOWED.items() if bits & bit]
    words = f"throttled ({', '.join(why)})" if why else "not throttled"
    return bool(why), f"{words}, {clock_mhz} of {highest_mhz} MHz"


def _of_board(library: Any, board: Any) -> dict[str, object]:
    def told(question: Callable, *more: object) -> Any:
        try:
            return question(board, *more)
        except library.NVMLError:
            return None

    limit_mw = told(library.nvmlDeviceGetEnforcedPowerLimit)
    memory = told(library.nvmlDeviceGetMemoryInfo)
    persistence = told(library.nvmlDeviceGetPersistenceMode)
    return {
        "name": _text(library.nvmlDeviceGetName(board)),
        "memory_bytes": None if memory is None else int(memory.total),
        "driver": _text(library.nvmlSystemGetDriverVersion()),
        "power_limit_w": None if limit_mw is None else limit_mw / 1000,
        "persistence": None if persistence is None else bool(persistence),
        "compute_mode": _COMPUTE_MODES.get(told(library.nvmlDeviceGetComputeMode)),
        "highest_clock_mhz": told(library.nvmlDeviceGetMaxClockInfo, _SM_CLOCK),
    }


def _text(told: str | bytes) -> str:
    return told.decode() if isinstance(told, bytes) else told


_UNTOLD: dict[str, object] = dict.fromkeys(
    (
        *("memory_bytes", "driver", "power_limit_w"),
        *("persistence", "compute_mode", "highest_clock_mhz"),
    )
)


def _of_files(root: Path) -> list[dict[str, object]]:
    """Boards by the driver's own files, which tell less."""
    version = re.search(r"(\d+\.\d[\d.]*)", kernel_text(root / nvml.DRIVER / "version") or "")
    driver = version[1] if version else None
    found = []
    for file in sorted((root / nvml.DRIVER / "gpus").glob("*/information")):
        model = re.search(r"^Model:\s*(.+)$", kernel_text(file) or "", re.MULTILINE)
        name = model[1].strip() if model else "NVIDIA GPU"
        found.append(_UNTOLD | {"name": name, "driver": driver})
    return found


def _of_jetson(root: Path) -> dict[str, object] | None:
    """The GPU inside a Tegra, by the kernel's files; None where there is none."""
    chip = re.search(r"nvidia,(tegra\d+)", kernel_text(root / "proc/device-tree/compatible") or "")
    if chip is None or not there(root):
        return None
    release = re.search(
        r"R(\d+).*?REVISION: ([\d.]+)", kernel_text(root / "etc/nv_tegra_release") or ""
    )
    clocks_hz = [
        int(text)
        for folder in sorted((root / "sys/class/devfreq").glob("*"))
        if re.search(r"\.(gpu|g[a-z]\d+b)$", folder.name)
        and (text := kernel_text(folder / "max_freq") or "").isdigit()
    ]
    return _UNTOLD | {
        "name": f"GPU of {chip[1]}",
        "driver": f"L4T {release[1]}.{release[2]}" if release else None,
        "highest_clock_mhz": clocks_hz[0] // 1_000_000 if clocks_hz else None,
    }
