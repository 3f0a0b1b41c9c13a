"""Rows of several runs' figures: each variant on each device, and against the first device.

The published study is one more device, whose figures have no intervals.
"""

import contextlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import pandas as pd

from asrbench.compare import run_differences
from asrbench.compare.run_folder import Run
from asrbench.results import latency_pair, timed_rows, wer_pair, wer_rows
from asrbench.results.wer_rows import Scored
from asrbench.statistics import error_propagation
from asrbench.study import axes, slugs
from asrbench.tables import error_rate, interval_columns
from asrbench.tables.claims import published_study
from asrbench.tables.claims.table_evidence import Absent

Variant = tuple[str, str]  # model and decoding, as in paths
PUBLISHED = published_study.LABEL
PUBLISHED_REASON = "published figure without raw rows"
BOUND = "above this, says the study"
_PUBLISHED = {
    **{axis.name: axis.default for axis in axes.of_level(axes.BUILD)},
    **{"weights": "trained", "device": PUBLISHED},
    **{"interval_over": "none", "reason": PUBLISHED_REASON},
}
_LATENCY = interval_columns.names("latency_mean_s")
_ENERGY = interval_columns.names("energy_per_utterance_study_j")


def variants(runs: list[Run]) -> list[Variant]:
    """Every variant of any run, then those of the published study alone."""
    published = published_study.load()
    theirs = list(zip(published["model"], published["variant"], strict=True))
    return list(dict.fromkeys([*_of_runs(runs), *theirs]))


def _of_runs(runs: list[Run]) -> list[Variant]:
    return list(dict.fromkeys(v.key for run in runs for v in run.study.variants()))


def _having(runs: list[Run], variant: Variant) -> list[Run]:
    """All runs, or none of them where no run has the variant: then it is a published one alone."""
    return runs if variant in _of_runs(runs) else []


def latency(runs: list[Run]) -> Iterator[dict]:
    """Means, and ratios over the utterances that both have, from the raw rows.

    The spreads of all variants' ratios between two runs are drawn together.
    """

    def published(theirs: dict) -> dict:
        return {"latency_mean_s": theirs["latency_mean_s"]}

    rows = list(_rows(runs, "latency", (*_LATENCY, "real_time_factor"), _pair, published))
    for run in runs:
        here = [row for row in rows if row["device"] == run.label and "pair" in row]
        variants = 2 * len(here)
        pairs = latency_pair.decided([row["pair"] for row in here], variants)
        for row, pair in zip(here, pairs, strict=True):
            row |= _ratio(pair)
    return iter(rows)


def energy(runs: list[Run]) -> Iterator[dict]:
    """Joules of an utterance; ratios only where both were measured, of one scope."""

    def compared(first: _Row, second: _Row) -> dict:
        why = _other_scope(first.figures, second.figures) or _other_sample(first, second)
        if why:
            return {"reason": why}
        ratio = error_propagation.ratio(second.three(_ENERGY), first.three(_ENERGY))
        return interval_columns.cells("ratio", ratio)

    def published(theirs: dict) -> dict:
        return {
            "power_mean_w": theirs["power_mean_w"],
            _ENERGY[0]: theirs["energy_j"],
            "reason": f"{PUBLISHED_REASON}; powertop's estimate on an unknown supply",
            "power_status": "published",
        }

    return _rows(runs, "energy", (*_ENERGY, "power_mean_w"), compared, published, _meter)


def word_errors(runs: list[Run]) -> Iterator[dict]:
    """Rates, and differences in percentage points over the utterances that both decoded."""

    def compared(first: _Row, second: _Row) -> dict:
        one, other = (
            wer_rows.read(r.run.study, r.run.results, r.run.study.variant(*r.variant))
            for r in (second, first)
        )
        if len(one) and len(other):
            return _word_difference(one, other, runs[0].study.latency.seed)
        words, theirs = (row.figures["words"] for row in (second, first))
        if words != theirs:
            return {"reason": f"other references ({words:.0f} words, not {theirs:.0f})"}
        rate = error_rate.of(pd.DataFrame([first.figures])).columns
        difference = error_propagation.difference(second.three(rate), first.three(rate))
        return interval_columns.cells("difference_percent", difference)

    def published(theirs: dict) -> dict:
        why = f"; {BOUND}" if theirs["wer_is_bound"] else ""
        return {"wer_percent": theirs["wer_percent"], "reason": PUBLISHED_REASON + why}

    columns = (*error_rate.WER.columns, *error_rate.CER.columns, "words")
    return _rows(runs, "wer", columns, compared, published, _first_rate)


def _word_difference(first: Scored, second: Scored, seed: int) -> dict[str, object]:
    heard = [one.lines.set_index("utterance_id")["reference"] for one in (first, second)]
    shared = heard[0].index.intersection(heard[1].index)
    if (heard[0][shared] != heard[1][shared]).any():
        return {"reason": "other references of the same utterances"}
    pair = wer_pair.compare(first, second, seed)
    cells = interval_columns.cells("difference_percent", pair.difference)
    said = [one.lines.set_index("utterance_id")["hypothesis"][shared] for one in (first, second)]
    identical = 100 * (said[0] == said[1]).mean() if len(shared) else math.nan
    return {**cells, "identical_percent": identical, "reason": pair.reason}


@dataclass(frozen=True)
class _Row:
    """A variant on one device, with what its table says of it."""

    run: Run
    variant: Variant
    figures: dict[str, Any]

    def timed(self) -> timed_rows.Rows:
        variant = self.run.study.variant(*self.variant)
        return timed_rows.sample(self.run.study, self.run.results, variant)

    def three(self, names: Iterable[str]) -> error_propagation.Figure:
        return error_propagation.Figure(*(self.figures[name] for name in names))


def _rows(
    runs: list[Run],
    table: str,
    columns: tuple[str, ...],
    compared: Callable[[_Row, _Row], dict],
    published: Callable[[dict], dict],
    more: Callable[[Run, Variant], dict] = lambda _run, _variant: {},
) -> Iterator[dict]:
    """Each variant on each device, then in the published study.

    Args:
        table: whose figures are shown.
        columns: of the table; without the first there is no figure.
        compared: the first device's row and another's, which have figures of one
            model and way of decoding; gives cells, among them a reason where
            they cannot be compared after all.
        published: cells of a row of the published study.
        more: cells that are there without a figure, too.
    """
    for variant in variants(runs):
        first = None
        for run in _having(runs, variant):
            figures, reason = _figures(run, table, variant, columns)
            row = _Row(run, variant, more(run, variant) | figures)
            against: dict[str, Any] = {}
            if first is None:
                first = row
            else:
                against = {"against": first.run.label}
                reason = reason or _incomparable(first.run, run, variant, table, columns[0])
                if not reason:
                    against |= compared(first, row)
                    reason = against.get("reason", "")
            yield _identity(run, variant) | row.figures | against | {"reason": reason}
        six = published_study.load()
        at = (six["model"] == variant[0]) & (six["variant"] == variant[1])
        for theirs in six[at].to_dict("records"):
            yield _PUBLISHED | _named(variant) | published(theirs)


def _pair(first: _Row, second: _Row) -> dict[str, object]:
    ours, theirs = (r.timed().good for r in (first, second))
    lacking = [r.run.label for r, rows in ((first, ours), (second, theirs)) if rows.empty]
    if lacking:
        return {"reason": f"no ratio, since raw rows are absent in {', '.join(lacking)}"}
    return {"pair": latency_pair.compare(theirs, ours)}


def _ratio(pair: latency_pair.Pair) -> dict[str, object]:
    return {
        "utterances_shared": pair.utterances,
        **interval_columns.cells("ratio", pair.ratio),
        "interval_over": pair.ratio.over,
        "verdict": pair.verdict,
        "reason": pair.reason,
    }


def _first_rate(run: Run, variant: Variant) -> dict[str, str]:
    with contextlib.suppress(Absent):
        row = run.tables.row("wer", error_rate.WER.column, model=variant[0], variant=variant[1])
        return {"error_rate": row.get("error_rate", "")}
    return {}


def _meter(run: Run, variant: Variant) -> dict[str, str]:
    names = ("power_status", "meter", "scope")
    try:
        table = run.tables.read("energy")
    except Absent:
        return {"power_status": "unavailable"}
    rows = table[(table["model"] == variant[0]) & (table["variant"] == variant[1])]
    rows = rows[rows["preferred"]]
    if rows.empty:
        return {"power_status": "unavailable"}
    return {name: rows.iloc[0][name] for name in names}


def _other_scope(first: dict, second: dict) -> str:
    for name in ("power_status", "scope"):
        if first.get(name) != second.get(name):
            words = name.replace("power_", "")
            return f"not comparable: another {words} ({second.get(name)}, not {first.get(name)})"
    return ""


def _other_sample(first: _Row, second: _Row) -> str:
    """Joules of an utterance depend on which utterances they are."""
    known = ("speech.name", "latency.utterances", "latency.seed")
    drawn: list[Any] = [set(r.timed().good["utterance_id"]) for r in (first, second)]
    if not all(drawn):  # an archive without raw rows
        drawn = [[attrgetter(name)(r.run.study) for name in known] for r in (first, second)]
    return "" if drawn[0] == drawn[1] else "not comparable: another sample of utterances"


def _named(variant: Variant) -> dict[str, object]:
    """What a variant's names in paths say of it."""
    return {"model": variant[0], "variant": variant[1], **slugs.values_of(variant[1])}


def _identity(run: Run, variant: Variant) -> dict[str, object]:
    there = next((v for v in run.study.variants() if v.key == variant), None)
    return {
        **_named(variant),
        **(there.axes if there else {}),
        "weights": run.study.model(variant[0]).weights if there else "",
        "device": run.label,
        "interval_over": "none",
    }


def _figures(run: Run, name: str, variant: Variant, columns: tuple[str, ...]):
    """The named figures of a variant, the first of which must be there, and why they are not."""
    try:
        row = _found(run, name, variant, columns[0])
    except Absent as absent:
        return {}, str(absent)
    return {column: float(row.get(column, math.nan)) for column in columns}, ""


def _found(run: Run, name: str, variant: Variant, needed: str) -> pd.Series:
    if variant not in [v.key for v in run.study.variants()]:
        raise Absent("its study has no such variant")
    preferred = {"preferred": True} if name == "energy" else {}
    return run.tables.row(name, needed, model=variant[0], variant=variant[1], **preferred)


def _incomparable(first: Run, second: Run, variant: Variant, name: str, needed: str) -> str:
    """Why a variant's figure is not set against the first device's."""
    try:
        _found(first, name, variant, needed)
    except Absent as absent:
        return f"{first.label}: {absent}"
    why = run_differences.of_variant(first, second, variant)
    return f"not comparable: {why}" if why else ""
