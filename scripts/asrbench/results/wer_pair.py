"""Whether one variant makes more errors than another: both over the same utterances."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from asrbench.results import wer_rows
from asrbench.results.latency_pair import UNDECIDED, left_out
from asrbench.results.wer_rows import Scored
from asrbench.statistics import bootstrap, scoring
from asrbench.statistics.interval import NOTHING, Interval

BETTER, WORSE = "better", "worse"


@dataclass(frozen=True)
class Pair:
    """Error rates of two variants compared.

    Attributes:
        difference: percentage points, the first minus the second; NaN where they share
            no utterance with words.
        error_rate: which it is of, '' where nothing is shared.
        utterances: how many both have.
        left_out: utterances of either that the other has not.
    """

    difference: Interval
    error_rate: str
    utterances: int
    left_out: int

    @property
    def verdict(self) -> str:
        """What the first is: better or worse where the difference's interval leaves out 0."""
        if np.isnan(self.difference.value):
            return ""
        if self.difference.high < 0:
            return BETTER
        return WORSE if self.difference.low > 0 else UNDECIDED

    @property
    def reason(self) -> str:
        """Why there is no comparison or no interval, and what is not in it."""
        reasons = []
        if self.utterances == 0:
            reasons.append("they share no utterance")
        elif self.difference.over == "none":
            reasons.append("too few utterances with words for an interval")
        if self.left_out:
            reasons.append(left_out(self.left_out, "utterances"))
        return "; ".join(reasons)


def compare(first: Scored, second: Scored, seed: int) -> Pair:
    """Pair by utterance; speakers are resampled where there are enough, else utterances."""
    ids = [pd.Index(one.lines["utterance_id"]) for one in (first, second)]
    shared = ids[0].intersection(ids[1]).sort_values()
    apart = len(first) + len(second) - 2 * len(shared)
    if shared.empty:
        return Pair(NOTHING, "", 0, apart)
    both = [
        one.take(index.get_indexer(shared)) for one, index in zip((first, second), ids, strict=True)
    ]
    units, over = wer_rows.units(both[0].lines)
    sums = [scoring.sums(one.errors.first, units) for one in both]
    difference = bootstrap.difference(*sums, seed=seed, over=over)
    return Pair(difference, both[0].errors.error_rate, len(shared), apart)
