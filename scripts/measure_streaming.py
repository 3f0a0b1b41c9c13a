"""Time one variant on speech that comes in piece by piece, once.

Rows are written as they come: a run that was killed goes on at the next
utterance when it is called again.
"""

from asrbench.basics import errors
from asrbench.measure import in_turn, opened_variant


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()
    if in_turn.taken_up("streaming", arguments):
        return

    from asrbench.measure import timing
    from asrbench.measure.stages import streaming

    timing.run("streaming", streaming.measure, arguments)


if __name__ == "__main__":
    errors.run(main)
