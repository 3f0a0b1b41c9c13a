"""The columns of p90, p95 and p99 in the table of latency."""

import pandas as pd

from asrbench.statistics import mlperf_early_stopping
from asrbench.tables.table_schema import number, text

SHARES = {"p90": 0.90, "p95": 0.95, "p99": 0.99}
_MEANINGS = {
    "": "Latency that {} % of the rows stay below.",
    "_at_most": "Upper bound of the true one at 99 % confidence, by MLPerf Inference's rule.",
}
COLUMNS = {
    **{
        f"latency_{name}{end}_s": number(meaning=_MEANINGS[end].format(f"{100 * share:.0f}"))
        for name, share in SHARES.items()
        for end in ("", "_at_most")
    },
    "percentiles_reason": text(meaning="Which percentiles are absent, and why."),
}


def of(rows: pd.DataFrame) -> dict[str, object]:
    """Sample percentile and upper bound of each share that the utterances bear.

    Args:
        rows: utterance_id and latency_s, one row an utterance and round.

    Both are over all rows, so that what differs between rounds is in them. But
    queries are utterances: a second round brings no new one. The bound leaves out
    as large a share of the rows as the rule leaves out of the utterances.
    """
    utterances = rows["utterance_id"].nunique()
    highest = rows["latency_s"].sort_values(ascending=False)
    found, lacking = {}, []
    for name, share in SHARES.items():
        over = mlperf_early_stopping.over_latency(utterances, share)
        if over < 1:
            lacking.append(f"{mlperf_early_stopping.minimum_queries(share)} for {name}")
            continue
        found[f"latency_{name}_s"] = highest.quantile(share)
        discarded = (over - 1) * len(rows) // utterances
        found[f"latency_{name}_at_most_s"] = highest.iloc[discarded]
    if lacking:
        reason = f"too few utterances for a percentile: {utterances}; the rule asks for "
        found["percentiles_reason"] = reason + ", ".join(lacking)
    return found
