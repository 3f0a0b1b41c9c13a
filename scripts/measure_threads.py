"""Time one variant against the number of CPU threads, once.

A number above the device's cores becomes a row that says so. Rows are written
as they come: a run that was killed goes on at the next one when called again.
"""

import argparse

from asrbench.basics import errors
from asrbench.device import threads
from asrbench.measure import latency, opened_variant, timing
from asrbench.sources import corpus
from asrbench.study import job


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    opened_variant.add_arguments(parser)
    opened_variant.add_round_arguments(parser, "the CSV of rows")
    arguments = parser.parse_args()

    measured = opened_variant.from_arguments(arguments)
    sweep = measured.study.sweeps.threads
    paths = corpus.read_sample(arguments.sample)["path"].tolist()
    # Spread over the sample, and the same for every number of threads.
    chosen = [paths[repeat * len(paths) // sweep.repeats] for repeat in range(sweep.repeats)]
    takes = [
        latency.Take(
            {"threads": count, "repeat": repeat},
            lambda path=path: measured.load(path),
            prepare=lambda count=count: threads.use(count),
        )
        for count in sweep.counts
        for repeat, path in enumerate(chosen)
    ]
    settings = job.threads(measured.study, measured.model.name, measured.ctc_weight)
    timing.run("threads", measured, lambda _recogniser: takes, settings, arguments)


if __name__ == "__main__":
    errors.run(main)
