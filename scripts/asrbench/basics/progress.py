"""Progress of anything that takes long: a bar on a terminal, plain lines in a log."""

import sys
import time
from typing import TextIO

from tqdm import tqdm

# A log gets its first line after this time, and then one each time it has passed again.
LOG_EVERY_S = 10.0
# Work that is done before this time shows no bar.
BAR_AFTER_S = 1.0


class Progress:
    """What is done, how far it is, how long it will take yet. A context manager.

    Args:
        what: for instance ``"reading speech"``.
        total: the amount at the end; None if nobody knows.
        unit: ``"B"`` for bytes, or the plural of what is counted.
        stream: where it is written; stderr unless given.
    """

    def __init__(self, what: str, total: int | None, unit: str = "B", stream: TextIO | None = None):
        self.what, self.total, self.unit = what, total, unit
        self.done = 0
        self._stream = stream or sys.stderr
        self._began = self._spoke = time.monotonic()
        self._first = 0
        self._bar = None
        if self._stream.isatty():
            self._bar = tqdm(
                desc=what,
                total=total,
                unit=unit if unit == "B" else f" {unit}",
                unit_scale=unit == "B",
                delay=BAR_AFTER_S,
                file=self._stream,
            )

    def start_at(self, done: int) -> None:
        """Tell what an earlier run had done, which says nothing about the speed of this one."""
        self.done = self._first = done
        if self._bar is not None:
            self._bar.n = self._bar.initial = done

    def at(self, done: int) -> None:
        """Tell how much is done in all."""
        if self._bar is not None:
            self._bar.update(done - self.done)
        self.done = done
        if self._bar is None and time.monotonic() - self._spoke >= LOG_EVERY_S:
            self._spoke = time.monotonic()
            print(self.line(self._spoke - self._began), file=self._stream, flush=True)

    def line(self, elapsed_s: float) -> str:
        """The progress in words, ``elapsed_s`` seconds after the start."""
        if self.total is None:
            return f"{self.what}: {self._amount(self.done)}"
        share = 100 * self.done / self.total if self.total else 100
        text = (
            f"{self.what}: {self._amount(self.done)} of {self._amount(self.total)}, {share:.0f} %"
        )
        if self.done > self._first:
            left = elapsed_s * (self.total - self.done) / (self.done - self._first)
            text += f", {max(left, 0):.0f} s left"
        return text

    def _amount(self, number: int) -> str:
        return f"{number / 1e6:.1f} MB" if self.unit == "B" else f"{number} {self.unit}"

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_error) -> None:
        if self._bar is not None:
            self._bar.close()
