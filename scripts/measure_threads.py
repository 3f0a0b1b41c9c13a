"""Time one variant against the number of CPU threads, once.

A number above the device's cores becomes a row that says so. Rows are written
as they come: a run that was killed goes on at the next one when called again.
"""

from asrbench.basics import errors
from asrbench.measure import in_turn, opened_variant


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()
    if in_turn.taken_up("threads", arguments):
        return

    from asrbench.measure import timing
    from asrbench.measure.stages import threads

    timing.run("threads", threads.measure, arguments)


if __name__ == "__main__":
    errors.run(main)
