"""The number of CPU threads that a measured process uses."""

from asrbench.basics.errors import UserError
from asrbench.device import cores


def use(threads: int | str) -> int:
    """Give torch its threads ('all': as many as can run at a time); returns their number.

    Snakemake sets OMP_NUM_THREADS to the threads of a job, not of a study;
    what is set here wins.

    Raises:
        UserError: more threads than cores, which measures only their quarrel.
    """
    import torch

    usable = cores.usable()
    count = usable if threads == "all" else int(threads)
    if count > usable:
        quota = cores.quota()
        within = f" within its quota of {quota:g}" if quota is not None else ""
        raise UserError(
            f"{count} threads are more than the {usable} cores that this process may use{within}; "
            "give at most that many, or 'all'"
        )
    torch.set_num_threads(count)
    return count
