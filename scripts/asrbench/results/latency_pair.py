"""Whether one variant is slower than another: both over the same utterances."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from asrbench.statistics import moderation, repeatability, typical_ratio
from asrbench.statistics.interval import Interval
from asrbench.statistics.repeatability import Estimate
from asrbench.statistics.round_unit_matrix import Shared, shared

# Rounds are in pairs where they leave so many degrees of freedom. Pairs take out what the device
# did to both, and with fewer the loss of freedom is more than the gain.
FEWEST_FREEDOM_PAIRED = 4
# Looks at the data that make 95 % into 99 %: the same twice should rarely get what is said so.
_RARELY = 5
_EQUAL = 1e-9  # what rounding makes of two ratios that are the same and never vary
SLOWER, FASTER, UNDECIDED = "slower", "faster", "no difference shown"
MEAN, TYPICAL = "mean", "typical"


@dataclass(frozen=True)
class Pair:
    """Latencies of two variants compared.

    Attributes:
        means_s: mean latency of each over the utterances that both have; NaN without any.
        parts: of each of them, the variance of its logarithm, for the difference in seconds.
        mean: the first's mean latency over the second's.
        typical: the first's latency over the second's for one utterance; none of two runs.
        dependence: the typical ratio of long utterances over that of all; 1 where it is one ratio.
        utterances: how many are compared.
        rows_left_out: rows of either that the other has no partner for, hence not compared.
        compared_by: which of the two ratios decides; '' where nothing is compared.
    """

    means_s: tuple[float, float]
    parts: tuple[float, float]
    mean: Estimate
    typical: Estimate
    dependence: Estimate
    utterances: int
    rows_left_out: int
    compared_by: str = ""

    @property
    def deciding(self) -> Estimate:
        """The ratio that decides."""
        return self.typical if self.compared_by == TYPICAL else self.mean

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

        It has 97.5 % where there are two ratios, since either might have decided.
        """
        return self.deciding.reach_for(self.looks)

    @property
    def looks(self) -> int:
        """How many ratios might have decided."""
        return 1 if "none" in (self.mean.over, self.typical.over) else 2

    def contradict(self, looks: int = 1) -> bool:
        """Whether the two ratios cannot be one and the same, for so many looks at the data."""
        apart = abs(np.log(self.mean.value / self.typical.value))
        reach = np.hypot(self.mean.reach_for(looks), self.typical.reach_for(looks))
        return bool(apart > reach + _EQUAL)

    @property
    def depends(self) -> bool:
        """Whether utterances that take long have another ratio than others."""
        apart = abs(np.log(self.dependence.value))
        return bool(apart > self.dependence.reach_for(_RARELY) + _EQUAL)

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
        elif self.looks > 1 and self.compared_by == MEAN:
            reasons.append("the ratio depends on the utterance")
        elif self.looks > 1 and self.contradict(_RARELY):
            reasons.append("a few long times give the means another ratio")
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
    typical = typical_ratio.of_variants(*cells) if same_run else repeatability.NO_ESTIMATE
    dependence = repeatability.NO_ESTIMATE
    if same_run and freedom >= FEWEST_FREEDOM_PAIRED:
        mean, dependence = repeatability.ratio(*cells), typical_ratio.dependence(*cells)
    else:
        mean, typical = repeatability.quotient(*means), Estimate(typical.value)
    return Pair(
        (means[0].value, means[1].value),
        (means[0].error ** 2, means[1].error ** 2),
        mean,
        typical,
        dependence,
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

    The typical ratio does, where rounds leave enough freedom for pairs: on a restless host its
    error is two thirds of that of the means (docs/method.md). The means do where the two contradict
    each other and the ratio depends on the utterance. Of that the middle halves are asked: a burst
    in a long utterance moves the means alone.

    Args:
        variants: of the run, of which the pairs are made; pairs are not independent.
    """
    means, typicals, dependences = (
        [getattr(pair, name) for pair in pairs] for name in ("mean", "typical", "dependence")
    )
    replicates = round(max((mean.replicates for mean in means), default=1))
    in_turn = (replicates - 1) * (variants - 1)
    most = in_turn if in_turn >= FEWEST_FREEDOM_PAIRED else (replicates - 1) * variants
    means = moderation.moderated(means, most)
    typicals, dependences = (
        moderation.moderated(each, in_turn) for each in (typicals, dependences)
    )
    found = []
    for pair, mean, typical, dependence in zip(pairs, means, typicals, dependences, strict=True):
        one = replace(pair, mean=mean, typical=typical, dependence=dependence)
        by = MEAN if one.looks == 1 or (one.contradict() and one.depends) else TYPICAL
        found.append(replace(one, compared_by="" if np.isnan(mean.value) else by))
    return found
