"""Latency against the length of the input: real speech, joined and cut to each length."""

from functools import partial

import numpy as np

from asrbench.engines.interface import Recogniser
from asrbench.measure.in_turn import Jobs
from asrbench.measure.latency import Take
from asrbench.measure.timing import Done, Process
from asrbench.sources import audio, corpus, sample


def measure(process: Process, jobs: Jobs) -> list[Done]:
    """See :mod:`asrbench.measure.stages`."""
    measured, job = process.variant(jobs[0].job), jobs[0].job
    speech = corpus.read(process.arguments.sample)
    paths = {utterance.utterance_id: utterance.path for utterance in speech}

    def takes(recogniser: Recogniser) -> list[Take]:
        def load(length: int, repeat: int) -> np.ndarray:
            samples = recogniser.samples_for(length)
            pieces = sample.draw_pieces(
                speech, samples, recogniser.sample_rate_hz, repeat, job.seed
            )
            return audio.join_to_length([measured.load(paths[name]) for name in pieces], samples)

        return [
            Take(
                {"length_frames": length, "repeat": repeat},
                partial(load, length, repeat),
            )
            for repeat in range(job.repeats or 0)
            for length in job.lengths or []
        ]

    return process.in_turn("frames", jobs, takes)
