"""Time one variant against the length of its input, once: real speech, joined and cut.

Rows are written as they come: a run that was killed goes on at the next
length when it is called again.
"""

from asrbench.basics import errors
from asrbench.measure import in_turn, opened_variant


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()
    if in_turn.taken_up("frames", arguments):
        return

    from asrbench.measure import timing
    from asrbench.measure.stages import frames

    timing.run("frames", frames.measure, arguments)


if __name__ == "__main__":
    errors.run(main)
