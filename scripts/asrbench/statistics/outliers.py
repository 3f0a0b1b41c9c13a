"""Latencies that stand apart from the rest: flagged, never removed.

The rule is hyperfine's: a value is an outlier where its distance from the
median is more than 14.826 median absolute deviations (MAD), which for normal
noise are 10 standard deviations. Utterances differ in length, so what is judged
is a latency over its utterance's median in all rounds and passes; of a single pass, latency
per second of audio.
"""

import pandas as pd

LIMIT = 14.826
_EQUAL = 1e-9  # what is less than that apart, relatively, differs by rounding


def flags(rows: pd.DataFrame) -> pd.Series:
    """True for each outlier.

    Args:
        rows: round, utterance_id, latency_s and duration_s.

    A row whose utterance takes no time (or has no duration, in a single pass)
    cannot be judged and is not flagged.
    """
    if rows["utterance_id"].duplicated().any():
        usual = rows.groupby("utterance_id")["latency_s"].transform("median")
    else:
        usual = rows["duration_s"]
    relative = rows["latency_s"] / usual.where(usual > 0)
    middle = relative.median()
    distance = (relative - middle).abs()
    # With a MAD of 0, whatever differs at all is an outlier.
    return distance > max(LIMIT * distance.median(), _EQUAL * middle)
