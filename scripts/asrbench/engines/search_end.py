"""How a search came to its end: by itself, at its longest length, or with nothing."""

from collections.abc import Sequence

BY_ITSELF, AT_LENGTH, EMPTY = "end", "length", "empty"


def longest(maxlenratio: float, steps: int) -> int:
    """ESPnet's reading of a greatest length, in tokens.

    Args:
        maxlenratio: 0: as many tokens as steps; below 0: so many tokens; above 0: this
            share of the steps.
        steps: of the encoder's output.
    """
    if maxlenratio < 0:
        return -int(maxlenratio)
    return max(1, int(maxlenratio * steps)) if maxlenratio > 0 else steps


def of(sequence: Sequence[int], most: int) -> str:
    """How the best hypothesis ended.

    A search that has come to its greatest length puts the token of the end behind every
    hypothesis, also behind one that has just ended by itself, which then has two.

    Args:
        sequence: its tokens, those of start and end included; none where the search gave
            no hypothesis.
        most: the greatest length, in tokens.
    """
    if len(sequence) - 2 >= most and sequence[-2] != sequence[-1]:
        return AT_LENGTH
    return BY_ITSELF if len(sequence) > 2 else EMPTY
