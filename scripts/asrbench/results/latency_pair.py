"""Whether one variant is slower than another: both over the same utterances."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asrbench.statistics import bootstrap
from asrbench.statistics.bootstrap import Interval
from asrbench.statistics.round_unit_matrix import shared

# Rounds are in pairs from so many on. Pairs take out what the device did to both, and leave
# half of the degrees of freedom; with fewer rounds the loss is more than the gain.
FEWEST_ROUNDS_PAIRED = 5
SLOWER, FASTER, UNDECIDED = "slower", "faster", "no difference shown"


@dataclass(frozen=True)
class Pair:
    """Mean latencies of two variants compared.

    Attributes:
        difference: seconds, the first minus the second; NaN where they share no utterance.
        ratio: the first over the second.
        utterances: how many are compared.
        rows_left_out: rows of either that the other has no partner for, hence not compared.
    """

    difference: Interval
    ratio: Interval
    utterances: int
    rows_left_out: int

    @property
    def verdict(self) -> str:
        """What the first is: slower or faster where difference and ratio both say so."""
        if np.isnan(self.difference.value):
            return ""
        if self.difference.low > 0 and self.ratio.low > 1:
            return SLOWER
        if self.difference.high < 0 and self.ratio.high < 1:
            return FASTER
        return UNDECIDED

    @property
    def reason(self) -> str:
        """Why there is no comparison or no interval, and what is not in it."""
        reasons = []
        if self.utterances == 0:
            reasons.append("they share no utterance in the same rounds")
        elif self.difference.over == "none":
            reasons.append("one utterance in one round gives no interval")
        if self.rows_left_out:
            reasons.append(left_out(self.rows_left_out, "rows"))
        return "; ".join(reasons)


def left_out(count: int, what: str) -> str:
    """What of two variants is not compared."""
    return f"{count} {what} are left out, which only one of them has"


def compare(first: pd.DataFrame, second: pd.DataFrame, seed: int, same_run: bool = False) -> Pair:
    """Pair by utterance, and by round where there are enough of a run.

    Args:
        first, second: round, utterance_id, and latency_s, which is there in every row.
        seed: of the bootstrap.
        same_run: whether round n of both was measured in turn; otherwise rounds are drawn
            for each by itself.
    """
    both = shared(first, second, "utterance_id", "latency_s", same_run)
    in_turn = same_run and len(both.first) >= FEWEST_ROUNDS_PAIRED
    cells = (both.first, None), (both.second, None)
    return Pair(
        bootstrap.difference(*cells, seed=seed, rounds_shared=in_turn),
        bootstrap.quotient(*cells, seed=seed, rounds_shared=in_turn),
        len(both.units),
        both.left_out,
    )
