"""What a process is working on, in a file: whoever is killed at it leaves the file there.

A process that runs out of memory is killed by the kernel and cannot write why. The next one finds
the file, tries once more, and then gives that one input up. A death that the workflow has seen
(``scripts/outlive.py``: the process alone was killed) counts as two that nobody saw, since a power
cut or a run that was killed as a whole says nothing of the input.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json, write_json

SUFFIX = ".doing"
SEEN, UNSEEN = 2, 1
GIVEN_UP_AT = 2 * SEEN


class GivenUp(UserError):
    """Processes before were killed at this, so that it is not tried again."""


class Attempts:
    """At one thing after the other, of one process.

    Args:
        path: the file; there only while something is worked on, or after a death.
    """

    def __init__(self, path: str | Path):
        self._path = Path(path)

    @contextlib.contextmanager
    def at(self, what: str) -> Iterator[None]:
        """Work on that inside this block; an error or an interruption counts as an end of it.

        Raises:
            GivenUp: processes before were killed at it.
        """
        before, deaths = self._found()
        if before == what and deaths >= GIVEN_UP_AT:
            raise GivenUp(
                "the process was killed while it worked on this, again and again (out of memory?)"
            )
        self._write(what, UNSEEN + (deaths if before == what else 0))
        try:
            yield
        finally:
            self._path.unlink(missing_ok=True)

    def apart(self, name: str) -> "Attempts":
        """Those of another kind of work, which do not take the place of these in the file."""
        whole = self._path.name.removesuffix(SUFFIX)
        return Attempts(self._path.with_name(f"{whole}.{name}{SUFFIX}"))

    def died(self) -> str:
        """Count that the process was seen to die; what it died at, '' where it tries no more."""
        what, deaths = self._found()
        if not what or deaths > GIVEN_UP_AT:
            return ""
        self._write(what, deaths + SEEN - UNSEEN)
        return what

    def _write(self, what: str, deaths: int) -> None:
        write_json({"what": what, "deaths": deaths}, self._path)

    def _found(self) -> tuple[str, int]:
        with contextlib.suppress(OSError, UserError, KeyError, TypeError, ValueError):
            found = read_json(self._path)
            return str(found["what"]), int(found["deaths"])
        return "", 0
