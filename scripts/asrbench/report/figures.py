"""Which figures the page has, each with what it shows and the reason for what it does not."""

import pandas as pd

from asrbench.basics import palette
from asrbench.basics.palette import FADED
from asrbench.figures import measured_power
from asrbench.report import bars, length, tradeoff
from asrbench.report.chart import Figure
from asrbench.report.facts import KEYS, Facts
from asrbench.report.names import reasons
from asrbench.report.sections import why_no_energy
from asrbench.tables import latency_growth
from asrbench.tables.table_markdown import Column, spanned

LATENCY = spanned("mean latency of an utterance (s)", "latency_mean_s")
LATENCY_AT = spanned("latency (s)", "latency_mean_s")
ENERGY = spanned("energy of an utterance (J)", "energy_per_utterance_study_j")
ENERGY_AT = spanned("energy (J)", "energy_study_j")
_FRONT = (
    "Down and to the left is better. The dashed line is the Pareto front of these two figures; "
    "the area of a mark grows with the parameters in use; bars are 95 % intervals."
)


def all_of(facts: Facts) -> list[Figure]:
    """In the order of the page; without watts one place says so for all figures of energy."""
    figures = [_latency(facts), _tradeoff(facts), _frames(facts)]
    why = why_no_energy(facts)
    if why:
        title = "Energy, and word error rate against it"
        return [*figures, Figure("energy", title, "", None, [("", why)])]
    return [*figures, _energy(facts), _energy_tradeoff(facts), _energy_frames(facts)]


def _latency(facts: Facts) -> Figure:
    title, name = "Latency of each variant, and its parts", "latency"
    rows = facts.tables.get(name)
    if rows is None or rows[LATENCY.value].isna().all():
        return Figure(name, title, "", None, _why_none(facts, name))
    parts = bars.latency_parts_shown()
    spec = bars.draw(facts, rows.assign(why=rows["reason"]), LATENCY, parts)
    note = "The figure at the end of a bar is the mean of the whole; the whisker its 95 % interval."
    swatches = [(text, palette.lighter(FADED, share)) for text, share in parts.values()]
    return Figure(name, title, note, spec, swatches=swatches)


def _tradeoff(facts: Facts) -> Figure:
    title, name = "Word error rate against latency", "wer_vs_latency"
    missing = [("tables", facts.absent[t]) for t in ("wer", "latency") if t in facts.absent]
    if missing:
        return Figure(name, title, "", None, missing)
    costs = facts.tables["latency"][[*KEYS, LATENCY.value, LATENCY.low, LATENCY.high, "reason"]]
    return _against(facts, name, title, costs, LATENCY)


def _energy_tradeoff(facts: Facts) -> Figure:
    title, name = "Word error rate against energy", "wer_vs_energy"
    if "wer" in facts.absent:
        return Figure(name, title, "", None, [("", facts.absent["wer"])])
    kept, scope, _ = _comparable(facts)
    head = f"{ENERGY.head}, {scope}" if scope else ENERGY.head
    cost = Column(head, ENERGY.value, ENERGY.low, ENERGY.high)
    return _against(
        facts, name, title, kept[[*KEYS, cost.value, cost.low, cost.high, "reason"]], cost
    )


def _against(facts: Facts, name: str, title: str, costs: pd.DataFrame, cost: Column) -> Figure:
    rows = facts.tables["wer"].merge(costs, on=KEYS, how="left", suffixes=("", "_of_cost"))
    rows = rows.merge(_parameters(facts), on=KEYS, how="left")
    has_wer = rows["wer_percent"].notna()
    both = has_wer & rows[cost.value].notna()
    why = rows["reason"].where(~has_wer, rows["reason_of_cost"].fillna("not measured"))
    missing = reasons(rows.assign(why=why)[~both], "why", len(rows))
    if not both.any():
        return Figure(name, title, "", None, missing)
    return Figure(name, title, _FRONT, tradeoff.draw(facts, rows[both], cost), missing)


def _frames(facts: Facts) -> Figure:
    title, name = "Latency against the length of the input", "latency_vs_frames"
    rows = facts.tables.get(name)
    if rows is None or rows[LATENCY_AT.value].isna().all():
        return Figure(name, title, "", None, _why_none(facts, name))
    there = rows[LATENCY_AT.value].notna()
    growth = _growth(facts)
    spec = length.draw(facts, rows[there], LATENCY_AT, growth)
    note = "A frame is one step of the model's own front end; bars are 95 % intervals."
    if growth:
        note += " The tooltip has the power of the length with which latency grows."
    whole = len(rows[KEYS].drop_duplicates())
    return Figure(name, title, note, spec, reasons(rows[~there], "reason", whole))


def _energy(facts: Facts) -> Figure:
    title, name = "Energy of each variant", "energy"
    kept, scope, left_out = _comparable(facts)
    rows = measured_power.rows_of_variants(facts.tables[name]).copy()
    out = ~rows.index.isin(kept.index)
    other = rows["power_status"].eq("measured") & out
    rows.loc[out, [ENERGY.value, ENERGY.low, ENERGY.high]] = float("nan")
    rows["why"] = rows["reason"].mask(other, "another meter or scope measured it")
    if rows[ENERGY.value].isna().all():
        return Figure(name, title, "", None, reasons(rows, "why", len(rows)))
    shown = Column(f"{ENERGY.head}, {scope}", ENERGY.value, ENERGY.low, ENERGY.high)
    spec = bars.draw(facts, rows, shown, {ENERGY.value: ("energy", 0.35)})
    note = "Mean watts × mean latency; the whisker is the 95 % interval."
    return Figure(name, title, note, spec, [("", left_out)] if left_out else [])


def _energy_frames(facts: Facts) -> Figure:
    title, name = "Energy against the length of the input", "energy_vs_frames"
    if name in facts.absent:
        return Figure(name, title, "", None, _why_none(facts, name))
    kept, scope, left_out = measured_power.comparable(facts.tables[name])
    there = kept[kept[ENERGY_AT.value].notna()]
    if there.empty:
        return Figure(name, title, "", None, _why_none(facts, name))
    shown = Column(f"{ENERGY_AT.head}, {scope}", ENERGY_AT.value, ENERGY_AT.low, ENERGY_AT.high)
    spec = length.draw(facts, there, shown, {})
    note = "Mean watts of the variant × its latency at that length; bars are 95 % intervals."
    return Figure(name, title, note, spec, [("", left_out)] if left_out else [])


def _comparable(facts: Facts) -> tuple[pd.DataFrame, str, str]:
    return measured_power.comparable(measured_power.rows_of_variants(facts.tables["energy"]))


def _why_none(facts: Facts, name: str) -> list[tuple[str, str]]:
    if name in facts.absent:
        return [("", facts.absent[name])]
    rows = facts.tables[name]
    return reasons(rows, "reason", len(rows[KEYS].drop_duplicates()))


def _parameters(facts: Facts) -> pd.DataFrame:
    if "summary" in facts.tables:
        return facts.tables["summary"][[*KEYS, "parameters_used"]]
    return pd.DataFrame(columns=[*KEYS, "parameters_used"]).astype({k: str for k in KEYS})


def _growth(facts: Facts) -> dict[tuple[str, str], str]:
    """Words about each variant's growth, where an exponent could be fitted."""
    rows = facts.tables.get("latency_growth", pd.DataFrame(columns=["part", "exponent"]))
    return latency_growth.as_words(rows, "length to the power ")
