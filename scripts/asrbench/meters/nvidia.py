"""The energy counter of NVIDIA graphics boards, in mJ, or of older ones the power in mW.

Source: NVIDIA's management library; see :mod:`asrbench.device.nvml`. It counts the graphics
board alone, which is a scope of its own and is never added to another.
"""

from pathlib import Path
from typing import Any

from asrbench.device import nvml
from asrbench.meters.interface import Channel, Kind, MeterError, Polled, Reach

SCOPE = "GPU board"
UPDATE_S = 0.1


class Nvidia(Polled):
    """All boards; their joules add up.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """

    name = "nvidia"

    def __init__(self, root: Path):
        super().__init__()
        self._root = root
        self._library: Any = None
        self._boards: list[Any] = []  # by number: the library's handles have no hash

    def probe(self) -> list[Channel]:
        try:
            self._library = pynvml = nvml.opened(self._root)
        except nvml.NoLibrary as error:
            raise MeterError(str(error), error.advice, error.there) from None
        try:
            self._boards = nvml.boards(pynvml)
            for number, board in enumerate(self._boards):
                name = f"GPU {number}"
                kind: Kind = "counter" if self._counts(board) else "gauge"
                channel = Channel(self.name, name, SCOPE, kind, Reach.PART, UPDATE_S)
                self._sources[number] = channel
            if not self._sources:
                raise MeterError("there is no NVIDIA board", there=False)
        except pynvml.NVMLError as error:
            raise MeterError(f"the NVIDIA driver does not answer ({error})") from None
        return self._read_once()

    def _counts(self, board: object) -> bool:
        try:
            self._library.nvmlDeviceGetTotalEnergyConsumption(board)
        except self._library.NVMLError:
            return False
        return True

    def _value(self, source: int) -> float:
        board = self._boards[source]
        try:
            if self._sources[source].kind == "gauge":
                return self._library.nvmlDeviceGetPowerUsage(board) / 1e3
            return self._library.nvmlDeviceGetTotalEnergyConsumption(board) / 1e3
        except self._library.NVMLError as error:
            name = self._sources[source].channel
            raise MeterError(f"{name} cannot be read ({error})") from None

    def close(self) -> None:
        if self._library is not None:
            self._library.nvmlShutdown()
