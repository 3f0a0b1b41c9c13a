"""What a process is working on, in a file: whoever is killed at it leaves the file there.

A process that runs out of memory is killed by the kernel and cannot write why. The next one finds
the file, tries once more, and then gives that one input up. A death that the workflow has seen
(``scripts/outlive.py``: the process alone was killed) counts as two that nobody saw, since a power
cut or a run that was killed as a whole says nothing of the input.

An input may have a limit of time. The kernel's timer ends the process at it, since no code of
Python runs while a recogniser is at work in a library of its own.
"""

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json, write_json

SUFFIX = ".doing"
SEEN, UNSEEN = 2, 1
GIVEN_UP_AT = 2 * SEEN
# What ends a process whose input took longer than its limit.
TOO_LONG = signal.SIGALRM

_KILLED = (
    "the process was killed while it worked on this, again and again (out of memory, a crash?)"
)


class GivenUp(UserError):
    """Processes before ended at this, so that it is not tried again."""


@dataclass
class _Mark:
    """What the file says.

    Attributes:
        what: is worked on; '' where nothing is.
        deaths: at what was not yet given up.
        given_up: what is not tried again, each with the reason.
        limit_s: of what is worked on.
    """

    what: str = ""
    deaths: dict[str, int] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
    limit_s: float | None = None

    def give_up(self, what: str, reason: str) -> None:
        """Never try it again."""
        self.given_up[what] = reason
        self.end(what)

    def end(self, what: str) -> None:
        """Work on it no more."""
        self.deaths.pop(what, None)
        self.what = ""


class Attempts:
    """At one thing after the other, of one process.

    Args:
        path: the file; there only while something is worked on, or after a death.
        limit_s: the longest that one thing may take, in seconds; None: any time.
    """

    def __init__(self, path: str | Path, limit_s: float | None = None):
        self._path = Path(path)
        self._limit_s = limit_s

    @contextlib.contextmanager
    def at(self, what: str) -> Iterator[None]:
        """Work on that inside this block, within the limit of time.

        Raises:
            GivenUp: processes before ended at it.
        """
        with self.marked(what), self.timed():
            yield

    @contextlib.contextmanager
    def marked(self, what: str) -> Iterator[None]:
        """The same without a limit; an error or an interruption counts as an end of it."""
        mark = self._found()
        if mark.deaths.get(what, 0) >= GIVEN_UP_AT:
            mark.give_up(what, _KILLED)
            self._write(mark)
        if what in mark.given_up:
            raise GivenUp(mark.given_up[what])
        mark.what, mark.limit_s = what, self._limit_s
        mark.deaths[what] = mark.deaths.get(what, 0) + UNSEEN
        self._write(mark)
        try:
            yield
        finally:
            mark.end(what)
            self._write(mark)

    @contextlib.contextmanager
    def timed(self) -> Iterator[None]:
        """End this process if this block takes longer than the limit."""
        if self._limit_s is None:
            yield
            return
        signal.setitimer(signal.ITIMER_REAL, self._limit_s)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def died(self) -> str:
        """Count that the process was seen to die; what it died at, '' where it tries no more."""
        mark = self._found()
        what = mark.what
        if not what or mark.deaths[what] > GIVEN_UP_AT:
            return ""
        mark.deaths[what] += SEEN - UNSEEN
        self._write(mark)
        return what

    def took_too_long(self) -> str:
        """Give up what the process was ended at by its limit; what that is, '' where nothing."""
        mark = self._found()
        what = mark.what
        if what:
            mark.give_up(what, f"took longer than decoding.timeout_s ({mark.limit_s:g} s)")
            self._write(mark)
        return what

    def saw_a_death(self) -> bool:
        """Whether a process was seen to die, at whatever it worked on and was not given up."""
        return max(self._found().deaths.values(), default=0) >= SEEN

    def _write(self, mark: _Mark) -> None:
        if mark.deaths or mark.given_up:
            write_json(asdict(mark), self._path)
        else:
            self._path.unlink(missing_ok=True)

    def _found(self) -> _Mark:
        with contextlib.suppress(
            OSError, UserError, KeyError, TypeError, ValueError, AttributeError
        ):
            found = read_json(self._path)
            what, deaths = str(found["what"]), {k: int(n) for k, n in found["deaths"].items()}
            if not what or what in deaths:
                return _Mark(what, deaths, dict(found["given_up"]), found["limit_s"])
        return _Mark()


def marks_of(path: str | Path) -> list[Path]:
    """Those that who works on an output leaves: beside a file, or in a folder.

    Args:
        path: the finished output.
    """
    path = Path(path)
    return [*path.parent.glob(f"{path.name}.*{SUFFIX}"), *path.glob(f"*{SUFFIX}")]


def killed_at(path: str | Path) -> bool:
    """Whether a process that wrote this output was seen to die, and may have lacked memory."""
    return any(Attempts(mark).saw_a_death() for mark in marks_of(path))
