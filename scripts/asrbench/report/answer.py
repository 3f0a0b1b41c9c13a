"""The answer: which variant to take and why, and what each other choice costs against it."""

from collections.abc import Callable

from asrbench.basics import units
from asrbench.basics.digits import borne, figure
from asrbench.report.choice import LATENCY, Choice, Ranked, choose, keys, ranked
from asrbench.report.facts import KEYS, Facts
from asrbench.report.names import variant
from asrbench.report.table import Cell, Grid
from asrbench.tables import interval_columns
from asrbench.tables.claims import table_evidence
from asrbench.tables.claims.table_evidence import Absent, Evidence
from asrbench.tables.table_markdown import ABSENT


def take(facts: Facts) -> tuple[str, str]:
    """The variant to take, and the rest of the sentence; '' and why not, where there is none."""
    choice, rate = choose(facts), facts.error_rate
    if choice is None:
        return "", (
            f"None can be recommended: no variant with trained weights has both a {rate.words} "
            "and a latency."
        )
    error, seconds = (_spanned(choice.row, column) for column in (rate.column, LATENCY))
    figures = f"{rate.words} {error} at {seconds} an utterance"
    return variant(choice.row), f"{figures}, {_why(choice, ranked(facts), rate.words)}."


def _why(choice: Choice, among: Ranked, rate: str) -> str:
    if len(among.rows) == 1:
        return (
            "the only variant with trained weights that has both figures, so there is nothing to "
            "choose"
        )
    what = f"{rate} and latency" + ("" if among.no_energy else " and energy")
    if not (choice.candidates["real_time_factor"] < 1).any():
        pace = "none of which is faster than real time"
    elif len(choice.candidates) < len(among.front):
        pace = f"of which {len(choice.candidates)} are faster than real time"
    else:
        pace = "all faster than real time"
    of = len(among.front)
    front = f"of the {of} variants on the Pareto front of {what}, {pace}"
    if of == 1:
        return f"and no other of {len(among.rows)} variants is as good in {what} and better in one"
    if choice.alike == 1:
        return f"the lowest {rate} {front}"
    return (
        f"the fastest of {choice.alike} whose {rate} is not shown to differ from the "
        f"lowest, {front}"
    )


def _spanned(row: dict, column: str) -> str:
    """'14 % [10, 18]', or without an interval where there is none."""
    value, low, high = (row[name] for name in interval_columns.names(column))
    if low != low or high != high:
        return f"{figure(value)} {units.of(column)}"
    shown, *bounds = borne(value, low, high)
    return f"{shown} {units.of(column)} [{', '.join(bounds)}]"


def costs(facts: Facts) -> Grid | None:
    """Each other variant with trained weights against the one to take; the front comes first."""
    choice, among = choose(facts), ranked(facts)
    if choice is None or len(among.rows) == 1:
        return None
    taken = tuple(choice.row[key] for key in KEYS)
    front = keys(among.front)
    others = sorted(among.keys - {taken}, key=_order(among, front, facts.error_rate.column))
    third, weigh = "CPU time", table_evidence.computing
    if not among.no_energy:
        third, weigh = "energy", table_evidence.energy
    rows = []
    for other in others:
        cells = [
            _cell(facts, table_evidence.word_errors, other, taken, 0.0),
            _cell(facts, table_evidence.latency, other, taken, 1.0),
            _cell(facts, weigh, other, taken, 1.0),
        ]
        name = variant(dict(zip(KEYS, other, strict=True)))
        rows.append([Cell(name, "on the Pareto front" if other in front else "", name), *cells])
    heads = [("instead", False), (facts.error_rate.words, True), ("latency", True), (third, True)]
    return Grid(f"What each other choice costs against {variant(choice.row)}", heads, rows)


def _order(among: Ranked, front: set, rate: str) -> Callable:
    errors = among.rows.set_index(KEYS)[rate].to_dict()
    return lambda key: (key not in front, errors[key], key)


def _cell(facts: Facts, weigh: Callable[..., Evidence], other, taken, neutral: float) -> Cell:
    try:
        found = weigh(facts.evidence, other, taken)
    except Absent:
        return Cell(ABSENT)
    sign, unit = ("+", " points") if neutral == 0 else ("", " ×")
    three = found.value, found.low, found.high
    sign = sign if found.value > 0 else ""
    if any(x != x for x in three):
        return Cell(f"{sign}{figure(found.value)}{unit}", "", found.value)
    shown, low, high = borne(*three, neutral)
    return Cell(f"{sign}{shown}{unit}", f"[{low}, {high}]", found.value)
