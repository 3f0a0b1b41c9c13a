"""Time one variant over the sample, once: a fresh process, model loaded and warm.

Rows are written as they come: a run that was killed goes on at the next
utterance when it is called again.
"""

import argparse

from asrbench import corpus, errors, latency, lock, relevant, variant
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
    sample = corpus.read_table(arguments.sample)
    takes = [
        latency.Take({"utterance_id": row.utterance_id}, lambda path=row.path: measured.load(path))
        for row in sample.itertuples()
    ]
    order = latency.shuffled(takes, study.latency.seed, arguments.round)
    rows = RowFile(
        arguments.out,
        ["utterance_id", *latency.TIMED_COLUMNS],
        relevant.latency(study, measured.model.name, measured.ctc_weight),
    )
    with lock.measuring(), Progress(f"latency {measured}", len(takes), "utterances") as progress:
        recogniser = measured.recogniser()
        latency.warm_up(recogniser, order[: study.latency.warm_up])
        progress.start_at(len(rows.found))
        latency.time_takes(recogniser, order, rows, progress.at)
    rows.finish()


if __name__ == "__main__":
    errors.run(main)
