"""Percentiles of latency that a sample can bear, by the early-stopping rule of MLPerf Inference.

A sample percentile of few queries may lie well below the true one. Among n
queries, those above the true p-th percentile number Binomial(n, 1 - p). Let t be
the largest count for which P(Binomial(n, 1 - p) <= t) <= 1 %; the t-th highest
latency is then below the true percentile with a probability of at most 1 %: an
upper bound at 99 % confidence. The rule asks for t >= 1, hence for 64 queries
for p90, 130 for p95, 662 for p99. Of 2,048 queries it discards the 172 highest
for p90, as MLPerf's load generator does.
"""

from functools import cache

import numpy as np
import scipy  # whose parts are imported where they are used: scipy.special takes long

CONFIDENCE = 0.99


def over_latency(queries: int, percentile: float) -> int:
    """The largest t of the rule; 0 where the queries are too few for it.

    Args:
        queries: how many, each another one: repeats of an utterance are none.
        percentile: as a share, such as 0.9.
    """
    at_most = scipy.special.bdtr(np.arange(queries + 1.0), queries, 1 - percentile)
    return max(int((at_most <= 1 - CONFIDENCE).sum()) - 1, 0)


@cache
def minimum_queries(percentile: float) -> int:
    """How many queries the rule needs for a percentile (a share)."""
    queries = 1
    while over_latency(queries, percentile) < 1:
        queries += 1
    return queries
