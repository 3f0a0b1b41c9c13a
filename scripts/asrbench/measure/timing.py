"""One process that times takes with one variant: from the command line to finished rows."""

import argparse
import contextlib
import time
from collections.abc import Callable
from typing import Any

from asrbench.basics import part_file
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import write_json
from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import guarded_measurement
from asrbench.measure import in_turn, latency
from asrbench.measure.latency import Take, Timed
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.measure.peak_memory import PeakMemory
from asrbench.study.job import Job

IN_TURN_WITH = "in_turn_with"
FIRST = "first_latency_s"


def run(
    what: str,
    measured: OpenedVariant,
    takes_of: Callable[[object], list[Take]],
    arguments: argparse.Namespace,
) -> None:
    """Load, warm up, and time every take once a pass, in the order of this round.

    Rows are on the disk as they come; a run that was killed goes on with the
    next take when it is called again. Other decodings of the same build are timed in turn;
    see :mod:`asrbench.measure.in_turn`.

    Args:
        what: the measurement, for its progress.
        takes_of: gives the takes, of which the first warm the model up, for
            the :class:`asrbench.engines.interface.Recogniser` that will decode them.
        arguments: ``out``, ``round``, ``strict`` and ``planned``.
    """
    job = measured.job
    made_by = measured.made_by()
    left = part_file.take_up(arguments.out, _settings(job, made_by))
    if left is not None:
        write_json(left, guarded_measurement.findings_of(arguments.out))
        print(f"{what} {measured}: timed in turn with {', '.join(left[IN_TURN_WITH])}")
        return
    with guarded_measurement.measuring(arguments.out, bool(arguments.strict)) as findings:
        began_s = time.perf_counter()
        recogniser = measured.recogniser()
        findings |= {"made_by": made_by, "load_s": time.perf_counter() - began_s}
        others = _opened(measured, recogniser, arguments)
        memory = PeakMemory()
        takes = takes_of(recogniser)
        order = latency.shuffled(takes, job.seed, arguments.round, job.passes)
        columns = [*order[0].names, *latency.TIMED_COLUMNS]
        timed = [
            Timed(each, RowFile(out, columns, _settings(of, made_by), job.timeout_s))
            for out, of, each in [(arguments.out, job, recogniser), *others]
        ]
        own = [
            {FIRST: latency.warm_up(each.recogniser, takes[: job.warm_up], timed[0].rows.attempts)}
            | {"recogniser": each.recogniser.facts()}
            for each in timed
        ]
        names = [str(job.variant), *(str(of.variant) for _, of, _ in others)]
        with Progress(f"{what} {measured}", len(order), "inputs") as progress:
            progress.start_at(min(len(each.rows.found) for each in timed))
            latency.time_in_turn(timed, order, progress.at, memory)
        findings |= own[0] | {IN_TURN_WITH: names[1:]}
    timed[0].rows.finish()
    for name, each, its in zip(names[1:], timed[1:], own[1:], strict=True):
        together = [other for other in names if other != name]
        each.rows.leave(findings | its | {IN_TURN_WITH: together})


def _settings(job: Job, made_by: dict) -> dict[str, object]:
    """What rows depend on."""
    return job.plain() | {"made_by": made_by}


def _opened(measured: OpenedVariant, recogniser, arguments) -> list[tuple[str, Job, Any]]:
    """Rows, job and recogniser of each other decoding that can be opened."""
    found = []
    for out, job in in_turn.partners(arguments.planned, arguments.out, measured.job):
        with contextlib.suppress(UserError):  # its own job will say it
            other = OpenedVariant(job, measured.manifest)
            found.append((out, job, other.recogniser(beside=recogniser)))
    return found
