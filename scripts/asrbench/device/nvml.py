"""NVIDIA's management library through nvidia-ml-py, an optional extra, where both are there."""

from pathlib import Path
from typing import Any

DRIVER = "proc/driver/nvidia"


class NoLibrary(Exception):
    """It cannot be asked; the text says why.

    Attributes:
        advice: what would make it answer ('' if nothing would).
        there: the device has the driver, and still it does not answer.
    """

    def __init__(self, reason: str, advice: str = "", there: bool = True):
        super().__init__(reason)
        self.advice = advice
        self.there = there


def opened(root: Path) -> Any:
    """The module ``pynvml``, ready to be asked; its ``nvmlShutdown`` lets go of it.

    Args:
        root: where the kernel's files are, ``/`` but in tests.

    Raises:
        NoLibrary: it cannot be asked.
    """
    if not (root / DRIVER).exists():
        raise NoLibrary("there is no NVIDIA driver", there=False)
    try:
        import pynvml
    except ImportError:
        raise NoLibrary("nvidia-ml-py is not installed", "pip install -r envs/nvidia.txt") from None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        raise NoLibrary(f"the NVIDIA driver does not answer ({error})") from None
    return pynvml


def boards(library: Any) -> list[Any]:
    """Handles of all boards, in the library's order."""
    count = library.nvmlDeviceGetCount()
    return [library.nvmlDeviceGetHandleByIndex(number) for number in range(count)]
