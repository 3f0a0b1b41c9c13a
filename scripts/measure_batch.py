"""Time a model's forward pass (encoder and CTC head) against batch size, once.

Rows are written as they come: a run that was killed goes on at the next
batch when it is called again.
"""

from asrbench.basics import errors
from asrbench.measure import in_turn, opened_variant


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()
    if in_turn.taken_up("batch", arguments):
        return

    from asrbench.measure import timing
    from asrbench.measure.stages import batch

    timing.run("batch", batch.measure, arguments)


if __name__ == "__main__":
    errors.run(main)
