"""Time one variant over the sample, once: a fresh process, model loaded and warm.

Rows are written as they come: a run that was killed goes on at the next
utterance when it is called again. It runs outside the workflow as well, on any
folder of sound files: first fetch_model.py, then this with --audio.
"""

from asrbench.basics import errors
from asrbench.measure import latency, opened_variant, timing
from asrbench.sources import audio, corpus


def main() -> None:
    parser = opened_variant.round_parser(__doc__, "the CSV of rows")
    parser.add_argument("--audio", metavar="FOLDER", help="sound files, in place of --sample")
    arguments = parser.parse_args()

    measured = opened_variant.from_arguments(arguments)
    if arguments.audio:
        paths = audio.files_below(arguments.audio)
    else:
        sample = corpus.read_sample(arguments.sample)
        paths = dict(zip(sample["utterance_id"], sample["path"], strict=True))
    takes = [
        latency.Take({"utterance_id": name}, lambda path=path: measured.load(path))
        for name, path in paths.items()
    ]
    timing.run("latency", measured, lambda _recogniser: takes, arguments)


if __name__ == "__main__":
    errors.run(main)
