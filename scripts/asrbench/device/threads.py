"""The number of CPU threads that a measured process uses."""

import os

from asrbench.basics.errors import UserError


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0))


def counted(threads: int | str) -> int:
    """The number of threads that is asked for, of which 'all' is every usable core's.

    Raises:
        UserError: more threads than cores, which measures only their quarrel.
    """
    count = usable_cores() if threads == "all" else int(threads)
    if count > usable_cores():
        raise UserError(
            f"{count} threads are more than the {usable_cores()} cores that this process may use; "
            "give at most that many, or 'all'"
        )
    return count
