"""Which raw rows can be right: against what was to be measured, and against each other.

A raw file may have been cut at a line's end, put together twice, copied from another
round or edited. Its rows then still parse. What cannot be right is taken out and told,
and what is not there is told.
"""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pandas as pd

# Clocks that follow each other lose a little between them, and a resampler a few samples.
_CLOCKS_S = 1e-3
_DURATION_S = 0.01
_FEWEST_EQUAL = 2  # of one value alone, two rounds may well agree

Rules = dict[str, Callable[[pd.DataFrame], pd.Series]]

TIMED: Rules = {
    "latency_s is not above 0": lambda rows: rows["latency_s"] <= 0,
    "duration_s is not above 0": lambda rows: rows["duration_s"] <= 0,
    "a part, cpu_s or tokens is below 0": lambda rows: (
        rows[["encode_s", "search_s", "decoder_s", "ctc_s", "lm_s", "cpu_s", "tokens"]] < 0
    ).any(axis=1),
    "encode_s and search_s are together longer than latency_s": lambda rows: (
        rows["encode_s"] + rows["search_s"] > rows["latency_s"] + _CLOCKS_S
    ),
    "decoder_s, ctc_s and lm_s are together longer than search_s": lambda rows: (
        rows["decoder_s"] + rows["ctc_s"] + rows["lm_s"].fillna(0) > rows["search_s"] + _CLOCKS_S
    ),
}
FORWARD: Rules = {
    "forward_s is not above 0": lambda rows: rows["forward_s"] <= 0,
    "audio_s is not above 0": lambda rows: rows["audio_s"] <= 0,
    "padding is not between 0 and 1": lambda rows: ~rows["padding"].between(0, 1),
}


def sound(
    rows: pd.DataFrame,
    unit: list[str],
    value: str,
    rules: Rules,
    expected: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """The rows that can be right, and a text for each kind of those that cannot or are missing.

    Args:
        rows: round, status, ``unit`` and the numbers that the rules judge.
        unit: the columns that name what was measured, such as utterance_id; with ``pass`` as
            the last one where a round repeats its inputs.
        value: the column that was measured.
        rules: what makes a row that is ok impossible.
        expected: one row a unit, with its ``duration_s`` where that is known; None where
            nothing says what was to be measured, and the rounds are held against each other.
    """
    if rows.empty:
        return rows, []
    told: dict[str, list[int]] = defaultdict(list)
    keys = pd.Series(list(zip(*(rows[column] for column in unit), strict=True)), rows.index)
    right = ~rows.assign(key=keys).duplicated(["round", "key"], keep=False)
    _tell(told, rows, ~right, "{} rows are of one input with another row, and none is counted")
    units = _units(expected, unit) if expected is not None else []
    if expected is not None:
        foreign = right & ~keys.isin(units)
        _tell(told, rows, foreign, "{} rows are of inputs that were not to be measured")
        right &= ~foreign
    if "duration_s" in rows:
        usual_s = rows["duration_s"].groupby(keys).transform("median")
        if expected is not None and "duration_s" in expected:
            usual_s = keys.map(dict(zip(units, expected["duration_s"], strict=True)))
        other = right & ((rows["duration_s"] - usual_s).abs() > _DURATION_S)
        _tell(told, rows, other, "{} rows have another duration_s than their input")
        right &= ~other
    for rule, broken in rules.items():
        wrong = right & (rows["status"] == "ok") & broken(rows)
        _tell(told, rows, wrong, f"{{}} rows cannot be right: {rule}")
        right &= ~wrong
    for copy, original in _copies(rows[right], keys[right], value).items():
        _tell(told, rows, right & (_parts(rows) == copy), _words(rows, copy, original))
        right &= _parts(rows) != copy
    wanted = set(keys[right]) if expected is None else set(units)
    for number in sorted(set(rows["round"])):
        lacking = len(wanted - set(keys[rows["round"] == number]))
        if lacking:
            told[f"{lacking} of {len(wanted)} rows are missing"].append(int(number))
    return rows[right], [f"{_rounds(numbers)}: {text}" for text, numbers in told.items()]


def _units(expected: pd.DataFrame, unit: list[str]) -> list[tuple]:
    return list(zip(*(expected[column] for column in unit), strict=True))


def _tell(told: dict, rows: pd.DataFrame, which: pd.Series, text: str) -> None:
    for number, count in which.groupby(rows["round"]).sum().items():
        if count:
            told[text.format(count)].append(int(number))


# A round, and a pass of it: 1 where rows have none.
_Part = tuple[int, int]


def _parts(rows: pd.DataFrame) -> pd.Series:
    passes = rows["pass"] if "pass" in rows else pd.Series(1, rows.index)
    return pd.Series(list(zip(rows["round"].astype(int), passes, strict=True)), rows.index)


def _copies(rows: pd.DataFrame, keys: pd.Series, value: str) -> dict[_Part, _Part]:
    """Passes whose every value is that of an earlier one, of this round or another."""
    rows = rows[np.isfinite(rows[value])]
    inputs = keys.map(lambda key: key[0]) if "pass" in rows else keys
    by_part = {
        part: dict(zip(inputs[of_part.index], of_part[value], strict=True))
        for part, of_part in rows.groupby(_parts(rows))
    }
    copies: dict[_Part, _Part] = {}
    for part, ours in by_part.items():
        for earlier, theirs in by_part.items():
            both = ours.keys() & theirs.keys()
            alike = len(both) >= _FEWEST_EQUAL and all(ours[key] == theirs[key] for key in both)
            if earlier < part and earlier not in copies and alike:
                copies[part] = earlier
                break
    return copies


def _words(rows: pd.DataFrame, copy: _Part, original: _Part) -> str:
    if "pass" in rows and rows["pass"].nunique() > 1:
        of = f"round {original[0]}, pass {original[1]:.0f}"
        return f"{{}} rows: pass {copy[1]:.0f} is a copy of {of}"
    return f"a copy of round {original[0]}, not counted"


def _rounds(numbers: list[int]) -> str:
    return f"round{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
