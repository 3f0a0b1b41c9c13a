"""What the tables of a run say about two variants or two models: a figure, its interval, words."""

import contextlib
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asrbench.basics.digits import borne, figure
from asrbench.basics.errors import UserError
from asrbench.statistics import error_propagation
from asrbench.statistics.error_propagation import Figure
from asrbench.tables import error_rate, interval_columns, table_csv

Variant = tuple[str, str]  # model and decoding, as in paths
_EXACT = (math.nan, math.nan)


class Absent(Exception):
    """The tables do not hold what is asked for; the text says why."""


@dataclass(frozen=True)
class Evidence:
    """A figure that compares two; ``exact`` where it was counted and needs no interval."""

    value: float
    low: float
    high: float
    unit: str
    sentence: str
    exact: bool = False


class Tables:
    """The tables of a folder, each read once.

    Args:
        folder: where the CSV files are.
        made: tables by name that take the place of those in the folder.
    """

    def __init__(self, folder: Path, made: dict[str, pd.DataFrame] | None = None):
        self._folder = folder
        self._read: dict[str, pd.DataFrame] = dict(made or {})

    def read(self, name: str) -> pd.DataFrame:
        """One table.

        Raises:
            Absent: where there is none.
        """
        if name not in self._read:
            try:
                self._read[name] = table_csv.read(self._folder, name)
            except UserError:
                raise Absent(f"there is no table {name}") from None
        return self._read[name]

    def row(self, name: str, needed: str, **where: object) -> pd.Series:
        """The one row with these cells, in which the column ``needed`` has a figure.

        Raises:
            Absent: where there is no such row, or no figure in it.
        """
        table = self.read(name)
        for column, value in where.items():
            table = table[table[column] == value]
        who = _who(where)
        if table.empty:
            raise Absent(f"table {name} has no row of {who}")
        row = table.iloc[0]
        if pd.isna(row[needed]):
            why = row.get("reason") or row.get("power_status", "no figure")
            raise Absent(f"{name} of {who}: {why}")
        return row


def parameters(tables: Tables, first: str, second: str) -> Evidence:
    """Parameters of the first model over those of the second."""
    one, other = (
        tables.row("parameters", "parameters", model=model, module="whole")["parameters"]
        for model in (first, second)
    )
    value = one / other
    sentence = f"{int(one):,} parameters against {int(other):,}: {figure(value)} times as many"
    return Evidence(value, *_EXACT, "ratio", sentence, exact=True)


def latency(tables: Tables, first: Variant, second: Variant) -> Evidence:
    """Mean latency of the first over that of the second, paired by utterance."""
    means = [
        tables.row("latency", "latency_mean_s", model=model, variant=variant)["latency_mean_s"]
        for model, variant in (first, second)
    ]
    pair, turned = _pair(tables, "latency_pairs", "ratio", first, second)
    ratio = _figure(pair, "ratio")
    if turned:
        ratio = Figure(1 / ratio.value, 1 / ratio.high, 1 / ratio.low)
    return _compared(means, "s", ratio, "ratio", "times as long")


def energy(tables: Tables, first: Variant, second: Variant) -> Evidence:
    """Energy of an utterance, the first over the second, by one meter and scope."""
    name = "energy_per_utterance_study_j"
    rows = [
        tables.row("energy", name, model=model, variant=variant, preferred=True)
        for model, variant in (first, second)
    ]
    by = [(row["meter"], row["scope"]) for row in rows]
    if by[0] != by[1]:
        raise Absent(f"measured by {' of '.join(by[0])} and by {' of '.join(by[1])}")
    figures = [_figure(row, name) for row in rows]
    ratio = error_propagation.ratio(*figures)
    return _compared([f[0] for f in figures], "J", ratio, "ratio", "times as much")


def computing(tables: Tables, first: Variant, second: Variant) -> Evidence:
    """CPU time for a second of audio, the first over the second."""
    name = "cpu_s_per_audio_s"
    figures = [
        _figure(tables.row("latency", name, model=model, variant=variant), name)
        for model, variant in (first, second)
    ]
    ratio = error_propagation.ratio(*figures)
    return _compared([f[0] for f in figures], "s", ratio, "ratio", "times as much")


def word_errors(tables: Tables, first: Variant, second: Variant) -> Evidence:
    """Error rate of the first minus that of the second, in percentage points.

    The rate that stands first: of words, or of characters. Paired by utterance where the
    table wer_pairs is there; else from the intervals of both, which is on the safe side.
    """
    rate = error_rate.of(tables.read("wer"))
    figures = [
        _figure(tables.row("wer", rate.column, model=model, variant=variant), rate.column)
        for model, variant in (first, second)
    ]
    found = error_propagation.difference(*figures)
    with contextlib.suppress(Absent):
        found = _paired_word_errors(tables, first, second)
    words = "points apart" if rate is error_rate.WER else f"points of {rate.words} apart"
    return _compared([f[0] for f in figures], "%", found, "percentage points", words)


def _paired_word_errors(tables: Tables, first: Variant, second: Variant) -> Figure:
    pair, turned = _pair(tables, "wer_pairs", "difference_percent", first, second)
    found = _figure(pair, "difference_percent")
    return Figure(-found.value, -found.high, -found.low) if turned else found


def growth(tables: Tables, first: Variant, second: Variant, part: str) -> Evidence:
    """By how much the exponent of latency (or a part) in input length differs."""
    figures = [
        _figure(
            tables.row("latency_growth", "exponent", model=model, variant=variant, part=part),
            "exponent",
        )
        for model, variant in (first, second)
    ]
    found = error_propagation.difference(*figures)
    ours, theirs = (figure(f[0]) for f in figures)
    sentence = (
        f"{part} grows as length^{ours} against length^{theirs}: the exponents differ by "
        f"{with_interval(*found)}"
    )
    return Evidence(*found, "difference of exponents", sentence)


def batches(tables: Tables, first: str, second: str) -> Evidence:
    """Gain in throughput from the largest batch that both have, the first over the second."""
    table = tables.read("latency_vs_batch")
    timed = table[table["forward_mean_s"].notna()]
    sizes = [set(timed.loc[timed["model"] == model, "batch_size"]) for model in (first, second)]
    shared = sorted(sizes[0] & sizes[1])
    if len(shared) < 2 or shared[0] != 1:
        raise Absent("latency_vs_batch: no size above 1 that both have, beside size 1")
    largest = shared[-1]
    gains = []
    for model in (first, second):
        alone, together = (
            _figure(
                tables.row("latency_vs_batch", "forward_mean_s", model=model, batch_size=size),
                "forward_mean_s",
            )
            for size in (1, largest)
        )
        gains.append(Figure(*(largest * x for x in error_propagation.ratio(alone, together))))
    found = error_propagation.ratio(*gains)
    ours, theirs = (figure(gain[0]) for gain in gains)
    sentence = (
        f"a batch of {int(largest)} brings {ours} times the utterances a second against "
        f"{theirs} times: {with_interval(*found)} times the gain"
    )
    return Evidence(*found, "ratio of gains", sentence)


def _who(where: dict[str, object]) -> str:
    """'conformer ctc0.3 against lstm ctc0.3' from the cells that name a row."""
    words = []
    for column, value in where.items():
        if isinstance(value, bool):
            continue
        words += ["against"] * (column == "other_model")
        words.append(f"{value}")
    return " ".join(words)


def with_interval(value: float, low: float, high: float) -> str:
    """'1.23 [1.10, 1.40]', or '1.23 (no interval)'."""
    if math.isnan(low) or math.isnan(high):
        return f"{figure(value)} (no interval)"
    return "{} [{}, {}]".format(*borne(value, low, high))


def _compared(values: list[float], unit: str, found: Figure, kind: str, words: str) -> Evidence:
    one, other = (figure(float(value)) for value in values)
    sentence = f"{one} {unit} against {other} {unit}: {with_interval(*found)} {words}"
    return Evidence(*found, kind, sentence)


def _figure(row: pd.Series, value: str) -> Figure:
    return Figure(*(float(row[column]) for column in interval_columns.names(value)))


def _pair(tables: Tables, name: str, needed: str, first: Variant, second: Variant):
    """The row of a table of pairs, and whether the second stands first in it."""
    reasons = []
    for turned, (one, other) in ((False, (first, second)), (True, (second, first))):
        names = ("model", "variant", "other_model", "other_variant")
        try:
            return tables.row(name, needed, **dict(zip(names, (*one, *other), strict=True))), turned
        except Absent as absent:
            reasons.append(absent)
    raise reasons[0] if "has no row" in str(reasons[1]) else reasons[1]
