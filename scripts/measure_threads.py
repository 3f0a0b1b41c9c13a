"""Time one variant against the number of CPU threads, once.

A number above the device's cores becomes a row that says so. Rows are written
as they come: a run that was killed goes on at the next one when called again.
"""

from asrbench.basics import errors
from asrbench.device import threads
from asrbench.measure import latency, opened_variant, timing
from asrbench.sources import corpus


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()

    measured = opened_variant.from_arguments(arguments)
    job = measured.job
    paths = corpus.read_sample(arguments.sample)["path"].tolist()
    # Spread over the sample, and the same for every number of threads.
    chosen = [paths[repeat * len(paths) // job.repeats] for repeat in range(job.repeats)]
    takes = [
        latency.Take(
            {"threads": count, "repeat": repeat},
            lambda path=path: measured.load(path),
            prepare=lambda recogniser, count=count: recogniser.use_threads(threads.counted(count)),
        )
        for count in job.counts
        for repeat, path in enumerate(chosen)
    ]
    timing.run("threads", measured, lambda _recogniser: takes, arguments)


if __name__ == "__main__":
    errors.run(main)
