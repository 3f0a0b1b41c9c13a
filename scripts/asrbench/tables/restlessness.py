"""How restless the device was in a run, and so how small a difference the run could show."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import pandas as pd

from asrbench.results.latency_pair import Pair
from asrbench.statistics import repeatability
from asrbench.statistics.repeatability import Estimate
from asrbench.tables.table_schema import count, number

AIM = 0.05  # of the latency
_MOST_ROUNDS = 1000  # of the configuration
COLUMNS = {
    "round_spread_percent": number(
        meaning="Standard deviation of the mean latency from one round to the next (or from one "
        "pass to the next, with one round), relative, over all variants of the run."
    ),
    "smallest_difference_percent": number(
        meaning="Difference between two variants that the run could show: half the width of the "
        "middle pair's interval."
    ),
    "rounds_for_5_percent": count(
        meaning="Rounds (passes, with one round) of which that would be 5 %, if the device stays "
        "as restless; absent above 1000."
    ),
}


def of(means: Sequence[Estimate], pairs: Sequence[Pair]) -> dict[str, float | int | None]:
    """The cells of :data:`COLUMNS`, the same for every variant of a run.

    Args:
        means: of the mean latency of each variant, not moderated.
        pairs: decided.
    """
    known = [one for one in means if one.freedom > 0 and np.isfinite(one.variance)]
    if not known:
        return {}
    freedoms = [one.freedom for one in known]
    spread = np.sqrt(np.average([one.variance for one in known], weights=freedoms))
    found: dict[str, float | int | None] = {"round_spread_percent": 100 * float(spread)}
    decided = [pair for pair in pairs if pair.deciding.interval().over != "none"]
    if not decided:
        return found
    middle = sorted(decided, key=lambda pair: pair.reach)[len(decided) // 2]
    found["smallest_difference_percent"] = 100 * float(np.expm1(middle.reach))
    found["rounds_for_5_percent"] = _rounds_for(middle.deciding, middle.looks)
    return found


def _rounds_for(one: Estimate, looks: int) -> int | None:
    """Freedom grows as replicates - 1, and so t falls with the error."""
    per_replicate = one.freedom / max(one.replicates - 1, 1)
    counts = np.arange(2, _MOST_ROUNDS + 1)
    quantiles = repeatability.quantile(per_replicate * (counts - 1), looks)
    reaches = quantiles * np.sqrt(one.variance / counts)
    enough = counts[reaches <= np.log1p(AIM)]
    return int(enough[0]) if enough.size else None


def sentence(latency: pd.DataFrame) -> str:
    """In one sentence what a table of latency says of its run; '' where it says nothing."""
    if "round_spread_percent" not in latency or latency["round_spread_percent"].isna().all():
        return ""
    row = latency[latency["round_spread_percent"].notna()].iloc[0]
    one = "pass" if (latency["interval_over"] == "passes").any() else "round"
    said = f"{one.capitalize()}-to-{one} spread {row['round_spread_percent']:.2g} %"
    smallest = row["smallest_difference_percent"]
    if pd.isna(smallest):
        return f"{said}."
    said += (
        f": the smallest difference between variants that this run could show is {smallest:.2g} %"
    )
    if smallest <= 100 * AIM:
        return f"{said}."
    needed, plural = row["rounds_for_5_percent"], f"{one}es" if one == "pass" else f"{one}s"
    if pd.isna(needed):
        return f"{said}; {_MOST_ROUNDS} {plural} would not show {AIM:.0%} on a device as restless."
    now = int(row[plural])
    more = ceil(needed) - now
    return (
        f"{said}; {more} more {plural if more != 1 else one} would show {AIM:.0%} "
        f"(latency: {plural}: {int(needed)})."
    )
