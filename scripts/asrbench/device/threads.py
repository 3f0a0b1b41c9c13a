"""The number of CPU threads that a measured process uses."""

import os

from asrbench.basics.errors import UserError


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0))


def use(threads: int | str) -> int:
    """Give torch its threads ('all': every usable core); returns their number.

    Snakemake sets OMP_NUM_THREADS to the threads of a job, not of a study;
    what is set here wins.

    Raises:
        UserError: more threads than cores, which measures only their quarrel.
    """
    import torch

    count = usable_cores() if threads == "all" else int(threads)
    if count > usable_cores():
        raise UserError(
            f"{count} threads are more than the {usable_cores()} cores that this process may use; "
            "give at most that many, or 'all'"
        )
    torch.set_num_threads(count)
    return count
