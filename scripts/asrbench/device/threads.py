"""The number of CPU threads that a measured process uses."""

from asrbench.basics.errors import UserError
from asrbench.device import cores


def counted(threads: int | str) -> int:
    """The number of threads that is asked for; 'all' is as many as can run at a time.

    Raises:
        UserError: more threads than cores, which measures only their quarrel.
    """
    usable = cores.usable()
    count = usable if threads == "all" else int(threads)
    if count > usable:
        quota = cores.quota()
        within = f" within its quota of {quota:g}" if quota is not None else ""
        raise UserError(
            f"{count} threads are more than the {usable} cores that this process may use{within}; "
            "give at most that many, or 'all'"
        )
    return count
