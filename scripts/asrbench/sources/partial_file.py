"""The unfinished part of a download: it survives a kill, and never looks whole."""

import contextlib
import json
import os
import shutil
from io import BufferedWriter
from pathlib import Path

from asrbench.basics.errors import UserError


class PartialFile:
    """Bytes in ``<name>.part``, and in ``<name>.part.json`` what they are the beginning of.

    Attributes:
        size: bytes that are there.
        origin: ``url``, ``validator`` (ETag or date of the version that is
            being read, or None) and ``total`` (bytes at the end, or None).

    Every method raises UserError where the disk is full or may not be written.
    """

    def __init__(self, target: Path):
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self.note = target.with_name(f"{target.name}.part.json")
        self.origin: dict = {}
        self._file: BufferedWriter

    def __enter__(self) -> "PartialFile":
        with self._writing():
            self._file = self.path.open("ab")
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
            origin = json.loads(self.note.read_text(encoding="utf-8"))
            if isinstance(origin, dict) and origin.keys() == {"url", "validator", "total"}:
                self.origin = origin
        if not self.origin:
            self.start({})  # bytes of unknown origin are the beginning of nothing
        return self

    def __exit__(self, kind, *_error) -> None:
        try:
            self._file.close()
        except OSError as error:  # the buffer found no room, which was told if kind is set
            if kind is None:
                raise UserError(cannot_write(self.target, error)) from None
        if self.path.exists() and not self.path.stat().st_size:
            self.discard()

    @property
    def size(self) -> int:
        return self._file.tell()

    def start(self, origin: dict) -> None:
        """Throw away what is there and begin with the first byte of ``origin``."""
        with self._writing():
            self._file.seek(0)
            self._file.truncate()
            self.origin = origin
            if origin:
                # After the truncation: a kill in between must not marry old bytes to a new note.
                self.note.write_text(json.dumps(origin), encoding="utf-8")
            else:
                self.note.unlink(missing_ok=True)

    def make_room(self) -> None:
        """Fail at once, and not after an hour, where the disk cannot hold the rest."""
        total = self.origin.get("total")
        if total is None:
            return
        free = shutil.disk_usage(self.target.parent).free
        if free < total - self.size:
            raise UserError(
                f"{self.target}: the disk is too full: {(total - self.size) / 1e6:.1f} MB are "
                f"still to come and {free / 1e6:.1f} MB are free; free some space, and the "
                "download resumes where it stopped"
            )

    def write(self, chunk: bytes) -> None:
        with self._writing():
            self._file.write(chunk)

    def flush(self) -> None:
        """Bring everything onto the disk, so that a power cut after the rename loses nothing."""
        with self._writing():
            self._file.flush()
            os.fsync(self._file.fileno())

    def finish(self) -> None:
        """Give the file its name."""
        with self._writing():
            self.path.replace(self.target)
            self.note.unlink(missing_ok=True)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _writing(self):
        try:
            yield
        except OSError as error:
            raise UserError(cannot_write(self.target, error)) from None


def cannot_write(target: Path, error: OSError) -> str:
    """What a user is told when ``target`` cannot be written."""
    reason = error.strerror or str(error)
    return (
        f"{target}: cannot be written ({reason}); free some space or fix the rights of the "
        "folder, or choose another folder with --out"
    )
