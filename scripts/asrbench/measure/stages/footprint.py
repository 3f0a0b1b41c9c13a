"""Loading a build in a process of its own, and the most memory that its decodings take.

One utterance tells it, the longest of the sample: memory grows with the length. It is the first
that the process decodes, so its latency is that of a first utterance.
"""

from functools import partial

from asrbench.measure.in_turn import Jobs
from asrbench.measure.latency import Take
from asrbench.measure.timing import Done, Process
from asrbench.sources import corpus


def measure(process: Process, jobs: Jobs) -> list[Done]:
    """See :mod:`asrbench.measure.stages`."""
    measured = process.variant(jobs[0].job)
    sample = corpus.read(process.arguments.sample)
    longest = max(sample, key=lambda utterance: utterance.duration_s)
    load = partial(measured.load, longest.path)
    take = Take({"utterance_id": longest.utterance_id}, load, cold=True)
    return process.in_turn("footprint", jobs, lambda _recogniser: [take])
