"""Time one variant against the length of its input, once: real speech, joined and cut.

Rows are written as they come: a run that was killed goes on at the next
length when it is called again.
"""

import argparse

from asrbench import audio, checked, corpus, errors, latency, relevant, sample, variant
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
    sweep = study.sweeps.frames
    speech = corpus.read_table(arguments.sample)
    paths = dict(zip(speech["utterance_id"], speech["path"], strict=True))
    cases = [(length, repeat) for repeat in range(sweep.repeats) for length in sweep.lengths]
    rows = RowFile(
        arguments.out,
        ["length_frames", "repeat", *latency.TIMED_COLUMNS],
        relevant.frames(study, measured.model.name, measured.ctc_weight),
    )
    with (
        checked.measuring(arguments.out, study.checks.strict),
        Progress(f"frames {measured}", len(cases), "inputs") as progress,
    ):
        recogniser = measured.recogniser()

        def speech_of(length: int, repeat: int):
            samples = recogniser.samples_for(length)
            pieces = sample.draw_pieces(
                speech, samples, recogniser.sample_rate_hz, repeat, study.latency.seed
            )
            return audio.join_to_length([measured.load(paths[name]) for name in pieces], samples)

        takes = [
            latency.Take(
                {"length_frames": length, "repeat": repeat},
                lambda length=length, repeat=repeat: speech_of(length, repeat),
            )
            for length, repeat in cases
        ]
        order = latency.shuffled(takes, study.latency.seed, arguments.round)
        latency.warm_up(recogniser, takes[: study.latency.warm_up])
        progress.start_at(len(rows.found))
        latency.time_takes(recogniser, order, rows, progress.at)
    rows.finish()


if __name__ == "__main__":
    errors.run(main)
