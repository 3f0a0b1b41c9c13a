"""Latency against the number of threads: a few utterances of the sample with each number."""

from functools import partial

from asrbench.device import threads
from asrbench.engines.interface import Recogniser
from asrbench.measure.in_turn import Jobs
from asrbench.measure.latency import Take
from asrbench.measure.timing import Done, Process
from asrbench.sources import corpus


def measure(process: Process, jobs: Jobs) -> list[Done]:
    """See :mod:`asrbench.measure.stages`."""
    measured, job = process.variant(jobs[0].job), jobs[0].job
    counts, repeats = job.counts or [], job.repeats or 0
    paths = [utterance.path for utterance in corpus.read(process.arguments.sample)]
    # Spread over the sample, and the same for every number of threads.
    chosen = [paths[repeat * len(paths) // repeats] for repeat in range(repeats)]
    takes = [
        Take(
            {"threads": count, "repeat": repeat},
            partial(measured.load, path),
            prepare=partial(_use, count),
        )
        for count in counts
        for repeat, path in enumerate(chosen)
    ]
    return process.in_turn("threads", jobs, lambda _recogniser: takes)


def _use(count: int, recogniser: Recogniser) -> None:
    recogniser.use_threads(threads.counted(count))
