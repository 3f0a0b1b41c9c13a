"""Where the time of a decoding goes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from asrbench.statistics import repeatability
from asrbench.statistics.repeatability import Estimate
from asrbench.statistics.round_unit_matrix import SWEPT, matrices, sweep_matrices
from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import interval

PARTS = ("encode", "search", "decoder", "ctc", "lm", "bookkeeping", "other")

# A clock's own cost falls between two others, so a remainder may be a little below 0.
_REMAINDERS = ("bookkeeping", "other")
_MEANINGS = {
    "encode": "Mean time of front end and encoder.",
    "search": "Mean time of the search.",
    "decoder": "Mean time of the attention decoder's scoring in the search.",
    "ctc": "Mean time of CTC scoring in the search.",
    "lm": "Mean time of a language model's scoring in the search; empty where none is asked.",
    "bookkeeping": "Mean time of the search without the scoring in it.",
    "other": "Mean latency without encode and search.",
}
COLUMNS = {
    name: column
    for part in PARTS
    for name, column in interval(
        f"{part}_mean_s", _MEANINGS[part], low=-1e-3 if part in _REMAINDERS else 0.0
    ).items()
}

SPLIT = (
    Column("encode (s)", "encode_mean_s"),
    Column("decoder (s)", "decoder_mean_s"),
    Column("CTC (s)", "ctc_mean_s"),
    Column("bookkeeping (s)", "bookkeeping_mean_s"),
)

# Parts as figures show them, in the order of a bar: name, lightness, hatch.
SHOWN = {
    "encode": ("encode", 0.0, ""),
    "decoder": ("attention decoder", 0.55, "////"),
    "ctc": ("CTC scoring", 0.3, "...."),
    "lm": ("language model", 0.65, "\\\\\\\\"),
    "bookkeeping": ("search bookkeeping", 0.8, "xxxx"),
    "other": ("other", 1.0, ""),
    # Of engines that tell less.
    "search": ("search, not divided", 0.4, "////"),
    "whole": ("not divided", 0.15, ""),
}


def bars(row: Mapping[str, float]) -> dict[str, float]:
    """Seconds of the parts that a row tells, which together are its mean latency."""
    if np.isnan(row["encode_mean_s"]):
        return {"whole": row["latency_mean_s"]}
    search: tuple[str, ...] = ("decoder", "ctc", "lm", "bookkeeping")
    if np.isnan(row["decoder_mean_s"]):
        search = ("search",)
    found = {part: row[f"{part}_mean_s"] for part in ("encode", *search, "other")}
    return {part: seconds for part, seconds in found.items() if seconds > 0}


def means(rows: pd.DataFrame, sweep: bool = False) -> dict[str, Estimate]:
    """Mean seconds of each part, as columns of a table; NaN where the rows have none.

    Decoder, CTC, language model and bookkeeping make up the search; encode, search and other the
    latency.
    A remainder that is not above 0 has no interval.

    Args:
        rows: raw rows with a latency.
        sweep: whether they are of one size in a sweep, and not of the sample.
    """
    scoring = rows["decoder_s"] + rows["ctc_s"] + rows["lm_s"].fillna(0)
    bookkeeping = rows["search_s"] - scoring
    other = rows["latency_s"] - rows["encode_s"] - rows["search_s"]
    seconds = rows.assign(bookkeeping_s=bookkeeping, other_s=other)
    columns = [f"{part}_s" for part in PARTS]
    if sweep:
        cells, names = sweep_matrices(seconds, columns), SWEPT
    else:
        cells, names = matrices(seconds, "utterance_id", columns), repeatability.NAMES
    return {f"{part}_mean_s": repeatability.mean(cells[f"{part}_s"], names) for part in PARTS}
