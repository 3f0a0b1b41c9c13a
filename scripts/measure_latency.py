"""Time one variant over the sample, once: a fresh process, model loaded and warm.

Rows are written as they come: a run that was killed goes on at the next
utterance when it is called again. It runs outside the workflow as well, on any
folder of WAV or FLAC files: first fetch_model.py, then this with --audio.
"""

import argparse

from asrbench import audio, checked, corpus, errors, latency, relevant, variant
from asrbench.progress import Progress
from asrbench.rows import RowFile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    variant.add_arguments(parser)
    speech = parser.add_mutually_exclusive_group()
    speech.add_argument("--sample", default="results/data/sample.csv", help="[%(default)s]")
    speech.add_argument(
        "--audio", metavar="FOLDER", help="WAV and FLAC files, in place of --sample"
    )
    parser.add_argument("--round", type=int, default=1, help="number of the round [%(default)s]")
    parser.add_argument("--out", required=True, help="the CSV of rows")
    arguments = parser.parse_args()

    measured = variant.from_arguments(arguments)
    study = measured.study
    if arguments.audio:
        paths = audio.files_below(arguments.audio)
    else:
        sample = corpus.read_table(arguments.sample)
        paths = dict(zip(sample["utterance_id"], sample["path"], strict=True))
    if not paths:
        raise errors.UserError(f"{arguments.sample}: holds no utterance to time")
    takes = [
        latency.Take({"utterance_id": name}, lambda path=path: measured.load(path))
        for name, path in paths.items()
    ]
    order = latency.shuffled(takes, study.latency.seed, arguments.round)
    rows = RowFile(
        arguments.out,
        ["utterance_id", *latency.TIMED_COLUMNS],
        relevant.latency(study, measured.model.name, measured.ctc_weight),
    )
    with (
        checked.measuring(arguments.out, study.checks.strict),
        Progress(f"latency {measured}", len(takes), "utterances") as progress,
    ):
        recogniser = measured.recogniser()
        latency.warm_up(recogniser, order[: study.latency.warm_up])
        progress.start_at(len(rows.found))
        latency.time_takes(recogniser, order, rows, progress.at)
    rows.finish()


if __name__ == "__main__":
    errors.run(main)
