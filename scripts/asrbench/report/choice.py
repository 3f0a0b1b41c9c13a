"""Which variant to take, by a rule that is said with it."""

from dataclasses import dataclass

import pandas as pd

from asrbench.report.facts import KEYS, Facts
from asrbench.results import wer_pair
from asrbench.statistics import pareto

LATENCY, ENERGY = "latency_mean_s", "energy_per_utterance_study_j"


@dataclass(frozen=True)
class Ranked:
    """What can be ranked.

    Attributes:
        rows: of the summary, with an error rate and a latency, and trained weights.
        costs: the columns by which they are ranked.
        no_energy: why energy is none of them; '' where it is.
    """

    rows: pd.DataFrame
    costs: list[str]
    no_energy: str

    @property
    def front(self) -> pd.DataFrame:
        """The rows on the Pareto front."""
        return self.rows[pareto.front(self.rows, self.costs)] if len(self.rows) else self.rows

    @property
    def keys(self) -> set:
        """Their (model, decoding)."""
        return keys(self.rows)


@dataclass(frozen=True)
class Choice:
    """One variant to take.

    Attributes:
        row: of the summary.
        candidates: rows on the Pareto front; those faster than real time where there are any.
        alike: how many of these have an error rate that is not shown to differ from the
            lowest of them, that one counted. The row is the fastest of these.
    """

    row: dict
    candidates: pd.DataFrame
    alike: int


def keys(rows: pd.DataFrame) -> set:
    """The (model, decoding) of rows."""
    return set(rows[KEYS].itertuples(index=False, name=None))


def ranked(facts: Facts) -> Ranked:
    """The variants among which one can be chosen; none that has random weights."""
    wer = facts.error_rate.column
    nothing = pd.DataFrame(columns=[*KEYS, wer, LATENCY, "weights"])
    summary = facts.tables.get("summary", nothing)
    there = summary[wer].notna() & summary[LATENCY].notna() & (summary["weights"] == "trained")
    rows = summary[there]
    if rows.empty:
        return Ranked(rows, [wer, LATENCY], "nothing can be ranked")
    measured = rows[rows["power_status"].eq("measured") & rows[ENERGY].notna()]
    if measured.empty:
        return Ranked(rows, [wer, LATENCY], "no meter measured it")
    if len(measured) < len(rows):
        why = f"it was measured for {len(measured)} of these {len(rows)} alone"
        return Ranked(rows, [wer, LATENCY], why)
    if len(measured[["meter", "scope"]].drop_duplicates()) > 1:
        return Ranked(rows, [wer, LATENCY], "meters of different scope measured it")
    return Ranked(rows, [wer, LATENCY, ENERGY], "")


def choose(facts: Facts) -> Choice | None:
    """The variant to take; None where none has both figures."""
    front = ranked(facts).front
    if front.empty:
        return None
    in_time = front[front["real_time_factor"] < 1]
    candidates = front if in_time.empty else in_time
    lowest = candidates.sort_values([facts.error_rate.column, LATENCY]).iloc[0]
    others = _not_shown_to_differ(facts, tuple(lowest[KEYS]))
    alike = candidates[[key in others for key in map(tuple, candidates[KEYS].to_numpy())]]
    return Choice(alike.sort_values(LATENCY).iloc[0].to_dict(), candidates, len(alike))


def _not_shown_to_differ(facts: Facts, key: tuple) -> set:
    """It, and those whose error rate is not shown to differ from its own."""
    found = {key}
    for row in facts.tables.get("wer_pairs", pd.DataFrame()).to_dict("records"):
        pair = (row["model"], row["variant"]), (row["other_model"], row["other_variant"])
        if key in pair and row["verdict"] == wer_pair.UNDECIDED:
            found.update(pair)
    return found
