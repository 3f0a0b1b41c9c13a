"""Latency over the sample, or over a folder of sound files, utterance by utterance."""

from functools import partial

from asrbench.measure.in_turn import Jobs
from asrbench.measure.latency import Take
from asrbench.measure.timing import Done, Process
from asrbench.sources import audio, corpus


def measure(process: Process, jobs: Jobs) -> list[Done]:
    """See :mod:`asrbench.measure.stages`; ``audio`` of the arguments is the folder, if any."""
    measured, folder = process.variant(jobs[0].job), getattr(process.arguments, "audio", None)
    if folder:
        paths = audio.files_below(folder)
    else:
        sample = corpus.read(process.arguments.sample)
        paths = {utterance.utterance_id: utterance.path for utterance in sample}
    takes = [
        Take({"utterance_id": name}, partial(measured.load, path)) for name, path in paths.items()
    ]
    return process.in_turn("latency", jobs, lambda _recogniser: takes)
