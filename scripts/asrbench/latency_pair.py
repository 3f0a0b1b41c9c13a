"""Whether one variant is slower than another: both over the same utterances."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asrbench import bootstrap
from asrbench.bootstrap import Interval
from asrbench.crossed import matrices

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
        utterances: how many both have.
    """

    difference: Interval
    ratio: Interval
    utterances: int

    @property
    def verdict(self) -> str:
        """What the first is: slower or faster where the difference's interval leaves out 0."""
        if np.isnan(self.difference.value):
            return ""
        if self.difference.low > 0:
            return SLOWER
        return FASTER if self.difference.high < 0 else UNDECIDED

    @property
    def reason(self) -> str:
        """Why there is no comparison or no interval."""
        if self.utterances == 0:
            return "they share no utterance"
        if self.difference.over == "none":
            return "one utterance in one round gives no interval"
        return ""


def compare(first: pd.DataFrame, second: pd.DataFrame, seed: int, same_run: bool = False) -> Pair:
    """Pair by utterance, and by round where there are enough of a run.

    Args:
        first, second: round, utterance_id, and latency_s, which is there in every row.
        seed: of the bootstrap.
        same_run: whether round n of both was measured in turn; otherwise rounds are drawn
            for each by itself.
    """
    shared = sorted(set(first["utterance_id"]) & set(second["utterance_id"]))
    rounds = [set(rows["round"]) for rows in (first, second)]
    both = [
        (matrices(rows, "utterance_id", ["latency_s"], shared)["latency_s"], None)
        for rows in (first, second)
    ]
    in_turn = same_run and rounds[0] == rounds[1] and len(rounds[0]) >= FEWEST_ROUNDS_PAIRED
    options = {"seed": seed, "rounds_shared": in_turn}
    return Pair(
        bootstrap.difference(*both, **options), bootstrap.quotient(*both, **options), len(shared)
    )
