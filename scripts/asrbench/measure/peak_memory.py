"""The most memory that inference takes, apart from what loading the model took.

A checkpoint is in memory twice while it is loaded, random weights once, so the peak of the
whole process compares loaders and not models. Linux lets a process reset its high-water mark, and
torch that of a GPU.
"""

import re
import resource
from pathlib import Path

from asrbench.engines.processor import CPU, Processor

COLUMNS = ("peak_memory_bytes", "loading_peak_memory_bytes", "gpu_peak_memory_bytes")

_RESET = "5"  # see proc_pid_clear_refs(5)


class PeakMemory:
    """Made once the model is loaded, before anything is decoded.

    Args:
        processor: what computes.
        process: the kernel's files of this process, another folder in tests.
        alone: whether the process holds one build; of several no peak is told.
    """

    def __init__(
        self,
        processor: Processor = CPU,
        process: Path = Path("/proc/self"),
        alone: bool = True,
    ):
        self._processor, self._alone = processor, alone
        self._status, self._marks = process / "status", process / "clear_refs"
        loading = _high_water_bytes(self._status)
        self._loading_bytes = loading if self.begin() else None

    def begin(self) -> bool:
        """What comes has peaks of its own; False where the kernel does not allow it."""
        self._processor.begin_memory()
        try:
            self._marks.write_text(_RESET)
        except OSError:
            return False
        return True

    def columns(self) -> dict[str, int | str]:
        """The peaks, by :data:`COLUMNS`; without one of loading where it could not be told apart.

        That of inference is then the whole process's, loading included.
        """
        if not self._alone:
            return {}
        return self._resident() | {"gpu_peak_memory_bytes": self._processor.peak_bytes()}

    def _resident(self) -> dict[str, int | str]:
        loading = self._loading_bytes
        inference = _high_water_bytes(self._status) if loading else None
        if inference is None or loading is None:
            whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux: in KiB
            return {"peak_memory_bytes": whole, "loading_peak_memory_bytes": ""}
        return {"peak_memory_bytes": inference, "loading_peak_memory_bytes": loading}


def _high_water_bytes(status: Path) -> int | None:
    try:
        found = re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None
