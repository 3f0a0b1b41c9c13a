"""One process that times takes with one variant: from the command line to finished rows."""

import argparse
from collections.abc import Callable

from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import guarded_measurement, made_by
from asrbench.measure import latency
from asrbench.measure.latency import Take, Timed
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.measure.peak_memory import PeakMemory


def run(
    what: str,
    measured: OpenedVariant,
    takes_of: Callable[[object], list[Take]],
    arguments: argparse.Namespace,
) -> None:
    """Load, warm up, and time every take once a pass, in the order of this round.

    Rows are on the disk as they come; a run that was killed goes on with the
    next take when it is called again.

    Args:
        what: the measurement, for its progress.
        takes_of: gives the takes, of which the first warm the model up, for
            the :class:`asrbench.engines.recogniser.Recogniser` that will decode them.
        arguments: ``out``, ``round`` and ``strict``.
    """
    job = measured.job
    with guarded_measurement.measuring(arguments.out, bool(arguments.strict)):
        recogniser = measured.recogniser()
        memory = PeakMemory()
        takes = takes_of(recogniser)
        settings = job.plain() | {"made_by": made_by.versions()}
        order = latency.shuffled(takes, job.seed, arguments.round, job.passes)
        rows = RowFile(arguments.out, [*order[0].names, *latency.TIMED_COLUMNS], settings)
        latency.warm_up(recogniser, takes[: job.warm_up])
        with Progress(f"{what} {measured}", len(order), "inputs") as progress:
            progress.start_at(len(rows.found))
            latency.time_in_turn([Timed(recogniser, rows)], order, progress.at, memory)
    rows.finish()
