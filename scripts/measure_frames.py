"""Time one variant against the length of its input, once: real speech, joined and cut.

Rows are written as they come: a run that was killed goes on at the next
length when it is called again.
"""

from asrbench.basics import errors
from asrbench.measure import latency, opened_variant, timing
from asrbench.sources import audio, corpus, sample


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()

    measured = opened_variant.from_arguments(arguments)
    job = measured.job
    speech = corpus.read_sample(arguments.sample)
    paths = dict(zip(speech["utterance_id"], speech["path"], strict=True))

    def takes_of(recogniser) -> list[latency.Take]:
        def load(length: int, repeat: int):
            samples = recogniser.samples_for(length)
            pieces = sample.draw_pieces(
                speech, samples, recogniser.sample_rate_hz, repeat, job.seed
            )
            return audio.join_to_length([measured.load(paths[name]) for name in pieces], samples)

        return [
            latency.Take(
                {"length_frames": length, "repeat": repeat},
                lambda length=length, repeat=repeat: load(length, repeat),
            )
            for repeat in range(job.repeats)
            for length in job.lengths
        ]

    timing.run("frames", measured, takes_of, arguments)


if __name__ == "__main__":
    errors.run(main)
