"""Whether a figure and its interval support a claim."""

import math

from asrbench.tables.claims.table_evidence import Evidence

SUPPORTED, CONTRADICTED = "supported", "contradicted"
NOT_SHOWN, NOT_TESTED = "not shown", "not tested"
VERDICTS = (SUPPORTED, CONTRADICTED, NOT_SHOWN, NOT_TESTED)


def of(found: Evidence, neutral: float, claims_above: bool) -> tuple[str, str]:
    """The verdict, and a reason where it is not shown.

    Args:
        found: the figure.
        neutral: what it is where the two do not differ: 1 of a ratio, 0 of a difference.
        claims_above: whether the claim is that the figure lies above, else below.
    """
    low, high = (found.value, found.value) if found.exact else (found.low, found.high)
    if math.isnan(low) or math.isnan(high):
        return NOT_SHOWN, "the figure has no interval, so chance cannot be left out"
    if low > neutral or high < neutral:
        return (SUPPORTED if (low > neutral) == claims_above else CONTRADICTED), ""
    return NOT_SHOWN, "no difference" if found.exact else "the interval holds no difference"
