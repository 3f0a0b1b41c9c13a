"""Whether one variant is slower than another: both over the same utterances."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
import scipy  # whose parts are imported where they are used: scipy.special takes long

from asrbench.statistics import moderation, repeatability
from asrbench.statistics.interval import Interval
from asrbench.statistics.repeatability import Estimate
from asrbench.statistics.round_unit_matrix import Shared, shared

# Rounds are in pairs where they leave so many degrees of freedom. Pairs take out what the device
# did to both, and with fewer the loss of freedom is more than the gain.
FEWEST_FREEDOM_PAIRED = 4
# How sure it must be that the least varies less than the mean before pairs are compared by it.
_SURE = 0.95
SLOWER, FASTER, UNDECIDED = "slower", "faster", "no difference shown"
MEAN, UNDISTURBED = "mean", "undisturbed"


@dataclass(frozen=True)
class Pair:
    """Latencies of two variants compared.

    Attributes:
        means_s: mean latency of each over the utterances that both have; NaN without any.
        parts: of each of them, the variance of its logarithm, for the difference in seconds.
        mean: the first's mean latency over the second's.
        undisturbed: the first's undisturbed latency over the second's.
        utterances: how many are compared.
        rows_left_out: rows of either that the other has no partner for, hence not compared.
        compared_by: which of the two ratios decides; '' where nothing is compared.
    """

    means_s: tuple[float, float]
    parts: tuple[float, float]
    mean: Estimate
    undisturbed: Estimate
    utterances: int
    rows_left_out: int
    compared_by: str = ""

    @property
    def deciding(self) -> Estimate:
        """The ratio that decides."""
        return self.undisturbed if self.compared_by == UNDISTURBED else self.mean

    @property
    def ratio(self) -> Interval:
        """The first's mean latency over the second's."""
        return self.mean.interval()

    @property
    def difference(self) -> Interval:
        """Seconds, the first's mean minus the second's, with the spread of the ratio of means."""
        one, other = self.means_s
        value = one - other
        if self.mean.over == "none":
            return Interval(value, np.nan, np.nan, "none")
        # Of a - b with relative variances v and w, and u of a / b: cov = (v + w - u) / 2.
        ratio = self.mean.error**2
        level = value * (one * self.parts[0] - other * self.parts[1])
        error = np.sqrt(max(level, 0.0) + one * other * ratio)
        reach = self.mean.quantile() * error
        return Interval(value, value - reach, value + reach, self.mean.over)

    @property
    def reach(self) -> float:
        """How far the deciding ratio's interval reaches to either side, of its logarithm.

        By the undisturbed latency it has 97.5 %: it was chosen among two.
        """
        return self.deciding.quantile(2 if self.compared_by == UNDISTURBED else 1) * (
            self.deciding.error
        )

    @property
    def verdict(self) -> str:
        """What the first is: slower or faster where the deciding ratio leaves out 1."""
        found = self.deciding
        if np.isnan(found.value):
            return ""
        if found.over == "none":
            return UNDECIDED
        if abs(np.log(found.value)) <= self.reach:
            return UNDECIDED
        return SLOWER if found.value > 1 else FASTER

    @property
    def reason(self) -> str:
        """Why there is no comparison or no interval, and what is not in it."""
        reasons = []
        if self.utterances == 0:
            reasons.append("they share no utterance in the same rounds")
        elif self.mean.over == "none":
            reasons.append("one round of one pass gives no interval")
        if self.rows_left_out:
            reasons.append(left_out(self.rows_left_out, "rows"))
        return "; ".join(reasons)


def left_out(count: int, what: str) -> str:
    """What of two variants is not compared."""
    return f"{count} {what} are left out, which only one of them has"


def compare(
    first: pd.DataFrame, second: pd.DataFrame, variants: int = 2, same_run: bool = False
) -> Pair:
    """Pair by utterance, and by round where rounds of a run leave enough freedom.

    The spread is that of this pair alone: :func:`decided` draws those of all pairs together.

    Args:
        first, second: round, utterance_id, and latency_s, which is there in every row; and pass
            where a round repeats its utterances.
        variants: of the run.
        same_run: whether round n of both was measured in turn; otherwise rounds are those of
            each by itself.
    """
    both = shared(first, second, "utterance_id", "latency_s", same_run)
    return of_cells(both, variants, same_run)


def of_cells(both: Shared, variants: int, same_run: bool) -> Pair:
    """The same of cells that were found to be shared."""
    cells = both.first, both.second
    means = [repeatability.mean(each) for each in cells]
    replicates = max(len(both.first), 1) if len(both.first) != 1 else both.first.shape[1]
    freedom = (replicates - 1) * (variants - 1)
    if same_run and freedom >= FEWEST_FREEDOM_PAIRED:
        mean, undisturbed = repeatability.ratio(*cells), repeatability.ratio_of_least(*cells)
    else:
        mean = repeatability.quotient(*means)
        undisturbed = repeatability.quotient(*(repeatability.least(each) for each in cells))
    if not same_run or np.isfinite(both.first).sum() != np.isfinite(both.second).sum():
        # The least of more values is lower, and two devices are compared as users find them.
        undisturbed = Estimate(np.nan)
    return Pair(
        (means[0].value, means[1].value),
        (means[0].error ** 2, means[1].error ** 2),
        mean,
        undisturbed,
        len(both.units),
        both.left_out,
    )


def of_run(rows: Sequence[pd.DataFrame]) -> list[Pair]:
    """Every pair of the variants of a run, decided.

    Args:
        rows: of each variant, as in :func:`compare`.
    """
    pairs = [compare(*both, len(rows), same_run=True) for both in combinations(rows, 2)]
    return decided(pairs, len(rows))


def decided(pairs: Sequence[Pair], variants: int = 2) -> list[Pair]:
    """The pairs of a run with the spread that they have together, and with what decides.

    All are compared by one kind of latency: by the undisturbed one where its spread is
    surely the smaller (by an F test at 95 %), else by the mean. The choice looks at
    spreads and not at differences.

    Args:
        variants: of the run, of which the pairs are made; pairs are not independent.
    """
    means = [pair.mean for pair in pairs]
    replicates = max((mean.replicates for mean in means), default=1)
    in_turn = (replicates - 1) * (variants - 1)
    most = in_turn if in_turn >= FEWEST_FREEDOM_PAIRED else (replicates - 1) * variants
    means = moderation.moderated(means, most)
    leasts = moderation.moderated([pair.undisturbed for pair in pairs], variants - 1)
    by = MEAN
    known = [
        (mean, least)
        for mean, least in zip(means, leasts, strict=True)
        if "none" not in (mean.over, least.over) and least.error > 0
    ]
    if known:
        smaller = np.median([mean.error / least.error for mean, least in known]) ** 2
        mean, least = known[0]
        narrower = np.median([least.reach - mean.reach for mean, least in known]) < 0
        if narrower and smaller > scipy.special.fdtri(mean.freedom, least.freedom, _SURE):
            by = UNDISTURBED
    return [
        replace(
            pair,
            mean=mean,
            undisturbed=least,
            compared_by="" if np.isnan(mean.value) else by,
        )
        for pair, mean, least in zip(pairs, means, leasts, strict=True)
    ]
