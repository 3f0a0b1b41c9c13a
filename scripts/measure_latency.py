"""Time one variant over the sample, once: a fresh process, model loaded and warm.

Rows are written as they come: a run that was killed goes on at the next
utterance when it is called again. It runs outside the workflow as well, on any
folder of sound files: first fetch_model.py, then this with --audio.
"""

from asrbench.basics import errors
from asrbench.measure import in_turn, opened_variant


def main() -> None:
    parser = opened_variant.round_parser(__doc__, "the CSV of rows")
    parser.add_argument("--audio", metavar="FOLDER", help="sound files, in place of --sample")
    arguments = parser.parse_args()
    if in_turn.taken_up("latency", arguments):
        return

    from asrbench.measure import timing
    from asrbench.measure.stages import latency

    timing.run("latency", latency.measure, arguments)


if __name__ == "__main__":
    errors.run(main)
