"""A user's mistake, told in one line; a traceback is kept for our own bugs."""

import errno
import signal
import sys
from collections.abc import Callable

WARNING = "warning: "  # begins the line of one; a run tells it again where it ends
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class UserError(Exception):
    """Something the user can fix: the text says what was given, what is allowed, what to do."""


def run(main: Callable[[], int | None]) -> None:
    """Run a program's ``main`` and end the process; a UserError becomes one line on stderr.

    So does a file that cannot be read or written, and a disk that is full. The exit
    status is what ``main`` returns (None counts as 0), 1 after such a line, 130 after
    Ctrl-C, and 143 after a request to end, before which what is open is closed.
    """
    for request in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(request) is signal.SIG_DFL:
            signal.signal(request, lambda number, _frame: sys.exit(128 + number))
    try:
        sys.exit(main() or 0)
    except UserError as error:
        _tell(str(error))
    except OSError as error:
        if error.filename is None and error.errno not in _NO_ROOM:
            raise
        advice = "free some space, and run" if error.errno in _NO_ROOM else "fix that, and run"
        where = f"{error.filename}: " if error.filename is not None else ""
        _tell(f"{where}{error.strerror}; {advice} the same command again: what is finished is kept")
    except KeyboardInterrupt:
        print("stopped by the user; what was finished is kept", file=sys.stderr)
        sys.exit(130)


def said(error: BaseException, most: int = 300) -> str:
    """What somebody else's error says, as one line of at most so many characters."""
    return " ".join(str(error).split())[:most] or "no message"


def warn(line: str) -> None:
    """One line on stderr about what went wrong and stopped nothing."""
    print(f"{WARNING}{line}", file=sys.stderr, flush=True)


def _tell(line: str) -> None:
    printable = line.encode("utf-8", "backslashreplace").decode()  # a file's name may be no text
    print(f"{sys.argv[0].rsplit('/', 1)[-1]}: {printable}", file=sys.stderr)
    sys.exit(1)
