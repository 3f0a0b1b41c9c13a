"""Time one variant against the number of CPU threads, once.

A number above the device's cores becomes a row that says so. Rows are written
as they come: a run that was killed goes on at the next one when called again.
"""

import argparse

from asrbench import checked, corpus, errors, latency, relevant, threads, variant
from asrbench.progress import Progress
from asrbench.rows import RowFile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    variant.add_arguments(parser)
    parser.add_argument("--sample", default="results/data/sample.csv", help="[%(default)s]")
    parser.add_argument("--round", type=int, default=1, help="number of the round [%(default)s]")
    parser.add_argument("--out", required=True, help="the CSV of rows")
    arguments = parser.parse_args()

    measured = variant.from_arguments(arguments)
    study = measured.study
    sweep = study.sweeps.threads
    paths = corpus.read_table(arguments.sample)["path"].tolist()
    # The middle of the sample's durations, so that one number of threads costs about the same.
    chosen = [paths[(i * len(paths)) // sweep.repeats % len(paths)] for i in range(sweep.repeats)]
    takes = [
        latency.Take(
            {"threads": count, "repeat": repeat},
            lambda path=path: measured.load(path),
            prepare=lambda count=count: threads.use(count),
        )
        for count in sweep.counts
        for repeat, path in enumerate(chosen)
    ]
    order = latency.shuffled(takes, study.latency.seed, arguments.round)
    rows = RowFile(
        arguments.out,
        ["threads", "repeat", *latency.TIMED_COLUMNS],
        relevant.threads(study, measured.model.name, measured.ctc_weight),
    )
    with (
        checked.measuring(arguments.out, study.checks.strict),
        Progress(f"threads {measured}", len(takes), "inputs") as progress,
    ):
        recogniser = measured.recogniser()
        latency.warm_up(recogniser, takes[: study.latency.warm_up])
        progress.start_at(len(rows.found))
        latency.time_takes(recogniser, order, rows, progress.at)
    rows.finish()


if __name__ == "__main__":
    errors.run(main)
