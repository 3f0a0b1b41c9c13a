"""A file of lines that is written as they come, so that a killed run resumes where it stopped.

Lines go to a ``.part`` file beside the output, each synced to the disk; only a
finished file gets the output's name. The part's name carries a digest of the
settings, so that lines of another configuration are never continued. Whoever
writes it holds it: a job that outlived the run that started it is waited for.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from asrbench.basics import kernel_lock
from asrbench.basics.attempts import SUFFIX, Attempts
from asrbench.basics.json_file import read_json, write_json

_PAUSE_S = 0.2
_LEFT = ".left.json"


class PartFile:
    """Lines of one output.

    Args:
        path: the finished file.
        settings: what the lines depend on (anything that json can write).
        limit_s: the longest that the work on one line may take, in seconds.

    Attributes:
        attempts: at the next line; what a process before died at is known to them.
        found: whole lines of an earlier process that was cut, without line
            ends; a last line that it had not finished is taken off the file.
    """

    def __init__(self, path: str | Path, settings: object, limit_s: float | None = None):
        self.path = Path(path)
        self._settings = settings
        text = json.dumps(settings, sort_keys=True).encode()
        digest = hashlib.sha256(text).hexdigest()[:12]
        self.part = self.path.with_name(f"{self.path.name}.{digest}.part")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.attempts = Attempts(f"{self.part}{SUFFIX}", limit_s)
        self._file = self._held()
        self.found = self._recover()

    def _held(self):
        told = False
        while True:
            file = self.part.open("ab")
            if kernel_lock.take(file.fileno()):
                # Who held it may have finished it, and given it its name.
                if self.part.exists() and os.path.samestat(
                    os.fstat(file.fileno()), self.part.stat()
                ):
                    return file
            elif not told:
                holder = kernel_lock.holder(file.fileno())
                print(f"waiting: {holder} is still writing {self.part}", flush=True)
                told = True
            file.close()
            time.sleep(_PAUSE_S)

    def _recover(self) -> list[str]:
        content = self.part.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            os.truncate(self.part, len(whole))
        return whole.decode("utf-8").split("\n")[:-1]  # splitlines would split at U+2028 too

    def append(self, line: str) -> None:
        """Add one line; it is on the disk when this returns."""
        self._file.write(line.encode("utf-8") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self) -> None:
        """Give the file its name, since nothing more will come."""
        self.part.replace(self.path)
        self._file.close()
        _remove_parts(self.path)

    def leave(self, said: dict) -> None:
        """Leave the file whole, to get its name from the job that it belongs to.

        Args:
            said: what that job will be told by :func:`take_up`, as JSON data.
        """
        self._file.close()
        write_json({"settings": self._settings, "said": said}, Path(f"{self.part}{_LEFT}"))


def take_up(path: str | Path, settings: object) -> dict | None:
    """Give a file that was left whole its name; None where there is none of these settings.

    Returns:
        What the one that wrote it said.
    """
    for part, said in _left(Path(path), settings):
        part.replace(path)
        _remove_parts(Path(path))
        return said
    return None


def is_left(path: str | Path, settings: object) -> bool:
    """Whether a file of these settings was left whole, and has not got its name."""
    return any(_left(Path(path), settings))


def _left(path: Path, settings: object) -> Iterator[tuple[Path, dict]]:
    for told in path.parent.glob(f"{path.name}.*.part{_LEFT}"):
        left, part = read_json(told), Path(str(told).removesuffix(_LEFT))
        if left["settings"][-1] == settings and part.exists():
            yield part, left["said"]


def _remove_parts(path: Path) -> None:
    """Remove lines of other settings, which the finished file has replaced."""
    for other in path.parent.glob(f"{path.name}.*.part*"):
        other.unlink()
