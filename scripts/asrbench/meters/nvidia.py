"""The energy counter of NVIDIA graphics boards, in mJ.

Source: NVIDIA's management library through nvidia-ml-py, an optional extra
(``pip install -r envs/nvidia.txt``). It counts the graphics board alone, which
is a scope of its own and is never added to another.
"""

import time
from pathlib import Path
from typing import Any

from asrbench.meters.interface import Channel, Meter, MeterError, Reach, Reading, now

SCOPE = "GPU board"
UPDATE_S = 0.1


class Nvidia(Meter):
    """All boards; their joules add up.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """

    name = "nvidia"

    def __init__(self, root: Path):
        self._driver = root / "proc/driver/nvidia"
        self._library: Any = None
        self._boards: list[tuple[object, Channel]] = []

    def probe(self) -> list[Channel]:
        if not self._driver.exists():
            raise MeterError("there is no NVIDIA driver", there=False)
        try:
            import pynvml
        except ImportError:
            raise MeterError(
                "nvidia-ml-py is not installed", "pip install -r envs/nvidia.txt"
            ) from None
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as error:
            raise MeterError(f"the NVIDIA driver does not answer ({error})") from None
        self._library = pynvml
        try:
            for number in range(pynvml.nvmlDeviceGetCount()):
                board = pynvml.nvmlDeviceGetHandleByIndex(number)
                name = f"GPU {number}"
                channel = Channel(self.name, name, SCOPE, "counter", Reach.PART, UPDATE_S)
                self._boards.append((board, channel))
            if not self._boards:
                raise MeterError("there is no NVIDIA board", there=False)
        except pynvml.NVMLError as error:
            raise MeterError(f"the NVIDIA driver does not answer ({error})") from None
        self.read()
        return [channel for _, channel in self._boards]

    def read(self) -> list[Reading]:
        readings = []
        for board, channel in self._boards:
            began_s = time.monotonic()
            try:
                millijoules = self._library.nvmlDeviceGetTotalEnergyConsumption(board)
            except self._library.NVMLError as error:
                raise MeterError(f"{channel.channel} cannot be read ({error})") from None
            readings.append(now(channel, millijoules / 1e3, began_s))
        return readings

    def close(self) -> None:
        if self._library is not None:
            self._library.nvmlShutdown()
