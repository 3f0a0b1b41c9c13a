"""Load one variant in a fresh process and decode one utterance: seconds of both, and memory."""

from asrbench.basics import errors
from asrbench.measure import in_turn, opened_variant


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()
    if in_turn.taken_up("footprint", arguments):
        return

    from asrbench.measure import timing
    from asrbench.measure.stages import footprint

    timing.run("footprint", footprint.measure, arguments)


if __name__ == "__main__":
    errors.run(main)
