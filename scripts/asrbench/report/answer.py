"""The answer in three sentences, each made from the numbers of the tables."""

import math

import pandas as pd

from asrbench.basics.digits import figure
from asrbench.report.facts import KEYS, Facts
from asrbench.report.names import joined, variant
from asrbench.results import latency_pair
from asrbench.statistics import pareto
from asrbench.study import axes, used_parts

WER, LATENCY, ENERGY = "wer_percent", "latency_mean_s", "energy_per_utterance_study_j"
_LISTED = 3  # pairs that are named; the rest is counted


def sentences(facts: Facts) -> list[str]:
    """Who is on the Pareto front, what the hybrid costs, which differences are not shown."""
    return [_front(facts), _hybrid(facts), _undecided(facts)]


def on_front(facts: Facts) -> tuple[set, set]:
    """The (model, decoding) on the Pareto front, and all that could be ranked."""
    rows, costs, _ = _ranked(facts)
    there = rows[pareto.front(rows, costs)] if len(rows) else rows
    front, ranked = (set(found[KEYS].itertuples(index=False, name=None)) for found in (there, rows))
    return front, ranked


def _ranked(facts: Facts) -> tuple[pd.DataFrame, list[str], str]:
    """Variants that can be ranked, the costs to rank them by, and why energy is none of them."""
    summary = facts.tables.get("summary", pd.DataFrame(columns=[*KEYS, WER, LATENCY]))
    rows = summary[summary[WER].notna() & summary[LATENCY].notna()]
    costs = [WER, LATENCY]
    if rows.empty:
        return rows, costs, ""
    measured = rows[rows["power_status"].eq("measured") & rows[ENERGY].notna()]
    kinds = measured[["meter", "scope"]].drop_duplicates()
    if measured.empty:
        return rows, costs, "no meter measured it"
    if len(measured) < len(rows):
        return rows, costs, f"it was measured for {len(measured)} of these {len(rows)} alone"
    if len(kinds) > 1:
        return rows, costs, "meters of different scope measured it"
    return rows, [*costs, ENERGY], ""


def _front(facts: Facts) -> str:
    if "summary" not in facts.tables:
        return "Which variants are worth having is not known: there is no summary."
    rows, costs, no_energy = _ranked(facts)
    if rows.empty:
        return (
            "No variant has both a word error rate and a latency, so none can be said to be "
            "better than another in all."
        )
    there = rows[pareto.front(rows, costs)]
    names = joined([variant(row) for row in there.to_dict("records")])
    what = "word error rate and latency" if no_energy else "word error rate, latency and energy"
    left_out = f" (energy is left out: {no_energy})" if no_energy else ""
    lacking = len(facts.tables["summary"]) - len(rows)
    rest = f"; {lacking} of all {lacking + len(rows)} lack one of them" if lacking else ""
    if len(rows) == 1:
        return f"{names} alone has {what}{left_out}, so there is nothing to choose{rest}."
    return (
        f"On the Pareto front of {what}{left_out} {'is' if len(there) == 1 else 'are'} {names}: "
        f"of the {len(rows)} variants with these figures, no other is as good in all of them and "
        f"better in one{rest}."
    )


def _hybrid(facts: Facts) -> str:
    what = "the hybrid (a CTC weight between 0 and 1) costs over CTC only (1.0)"
    if "latency_pairs" not in facts.tables:
        return f"What {what} is not known: there is no table of pairs."
    costs, without = [], []
    for row in facts.tables["latency_pairs"].to_dict("records"):
        hybrid, other = "", "other_"
        hybrid_first = used_parts.is_hybrid(row["ctc_weight"])
        if not hybrid_first:
            hybrid, other = other, hybrid
        if not _differ_in_weight_alone(row) or not (
            used_parts.is_hybrid(row[f"{hybrid}ctc_weight"])
            and float(row[f"{other}ctc_weight"]) == 1
        ):
            continue
        random = " (random weights)" if row["weights"] == "random" else ""
        name = f"{row['model']}{random} {axes.label(row[f'{hybrid}variant'])}"
        if pd.isna(row["ratio"]):
            without.append(f"{name} ({row['reason'] or 'not compared'})")
        else:
            costs.append(f"{_times(row, hybrid_first)} with {name}")
    if not costs:
        why = joined(without) or "no model was timed at both"
        return f"What {what} cannot be said: {why}."
    rest = f"; not known of {joined(without)}" if without else ""
    return (
        "The latency of the hybrid (a CTC weight between 0 and 1) is that of CTC only (1.0) "
        f"{joined(costs)}{rest}."
    )


def _differ_in_weight_alone(row: dict) -> bool:
    others = [axis.name for axis in axes.AXES if axis is not axes.CTC_WEIGHT]
    same = [row["model"] == row["other_model"]]
    same += [row[name] == row[f"other_{name}"] for name in others if name in row]
    return all(same) and bool(row["ctc_weight"] and row["other_ctc_weight"])


def _times(row: dict, hybrid_first: bool) -> str:
    undisturbed = row.get("compared_by") == latency_pair.UNDISTURBED
    name = "undisturbed_ratio" if undisturbed else "ratio"
    values = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
    if not hybrid_first:
        values = [1 / v if v else math.inf for v in (values[0], values[2], values[1])]
    value, low, high = (figure(v) if pd.notna(v) else "" for v in values)
    interval = f" [{low}, {high}]" if low and high else " (no interval)"
    undecided = row["verdict"] == latency_pair.UNDECIDED
    said = f"times {value}{interval}" + (" on an undisturbed device" if undisturbed else "")
    return said + (f" ({latency_pair.UNDECIDED})" if undecided else "")


def _undecided(facts: Facts) -> str:
    said = [_not_shown(facts, *of) for of in (("latency_pairs", "latency"), ("wer_pairs", "WER"))]
    return f"By intervals of 95 %, {'; '.join(said)}."


def _not_shown(facts: Facts, table: str, what: str) -> str:
    if table not in facts.tables:
        return f"no difference in {what} is known (there is no table {table})"
    pairs = facts.tables[table]
    compared = pairs[pairs["verdict"] != ""]
    if compared.empty:
        return f"no two variants were compared in {what}"
    others = len(pairs) - len(compared)
    apart = f" ({others} more could not be compared)" if others else ""
    undecided = compared[compared["verdict"] == latency_pair.UNDECIDED]
    if undecided.empty:
        every = (
            "the one pair differs" if len(compared) == 1 else f"all {len(compared)} pairs differ"
        )
        return f"{every} in {what}{apart}"
    names = [f"{variant(row)} and {variant(row, 'other_')}" for row in undecided.to_dict("records")]
    more = len(names) - _LISTED
    if more > 0:
        names = [*names[:_LISTED], f"{more} more in the table {table}"]
    return (
        f"no difference in {what} is shown for {len(undecided)} of {len(compared)} pairs of "
        f"variants{apart}: {', '.join(names)}"
    )
