"""A user's mistake, told in one line; a traceback is kept for our own bugs."""

import sys
from collections.abc import Callable


class UserError(Exception):
    """Something the user can mend: the text says what was given, what is allowed, what to do."""


def run(main: Callable[[], int | None]) -> None:
    """Run a program's ``main`` and end the process; a UserError becomes one line on stderr.

    The exit status is what ``main`` returns (None counts as 0), 1 after a
    UserError, and 130 after Ctrl-C.
    """
    try:
        sys.exit(main() or 0)
    except UserError as error:
        print(f"{sys.argv[0].rsplit('/', 1)[-1]}: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("stopped by the user; what was finished is kept", file=sys.stderr)
        sys.exit(130)
