"""One process that times takes with one variant: from the command line to finished rows."""

import argparse
from collections.abc import Callable

from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import guarded_measurement
from asrbench.measure import latency
from asrbench.measure.latency import Take
from asrbench.measure.opened_variant import Variant
from asrbench.measure.peak_memory import PeakMemory


def run(
    what: str,
    measured: Variant,
    takes_of: Callable[[object], list[Take]],
    settings: dict,
    arguments: argparse.Namespace,
) -> None:
    """Load, warm up, and time every take once, in the order of this round.

    Rows are on the disk as they come; a run that was killed goes on with the
    next take when it is called again.

    Args:
        what: the measurement, for its progress.
        takes_of: gives the takes, of which the first warm the model up, for
            the :class:`asrbench.engines.recogniser.Recogniser` that will decode them.
        settings: what the rows depend on.
        arguments: ``out`` and ``round``.
    """
    study = measured.study
    with guarded_measurement.measuring(arguments.out, study.checks.strict):
        recogniser = measured.recogniser()
        memory = PeakMemory()
        takes = takes_of(recogniser)
        rows = RowFile(arguments.out, [*takes[0].names, *latency.TIMED_COLUMNS], settings)
        latency.warm_up(recogniser, takes[: study.latency.warm_up])
        with Progress(f"{what} {measured}", len(takes), "inputs") as progress:
            progress.start_at(len(rows.found))
            order = latency.shuffled(takes, study.latency.seed, arguments.round)
            latency.time_takes(recogniser, order, rows, progress.at, memory)
    rows.finish()
