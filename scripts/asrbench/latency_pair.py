"""Whether one variant is slower than another: both over the same utterances."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asrbench import bootstrap
from asrbench.bootstrap import Interval
from asrbench.crossed import matrices

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


def compare(first: pd.DataFrame, second: pd.DataFrame, seed: int) -> Pair:
    """Pair by utterance; rounds are drawn for each by itself.

    Args:
        first, second: round, utterance_id, and latency_s, which is there in every row.
        seed: of the bootstrap.
    """
    shared = sorted(set(first["utterance_id"]) & set(second["utterance_id"]))
    both = [
        (matrices(rows, "utterance_id", ["latency_s"], shared)["latency_s"], None)
        for rows in (first, second)
    ]
    return Pair(
        bootstrap.difference(*both, seed=seed), bootstrap.quotient(*both, seed=seed), len(shared)
    )
