"""Where the time of a decoding goes."""

import pandas as pd

from asrbench.tables.table_markdown import Column
from asrbench.tables.table_schema import number

PARTS = ("encode", "search", "decoder", "ctc", "bookkeeping", "other")

# A clock's own cost falls between two others, so a remainder may be a little below 0.
_REMAINDERS = ("bookkeeping", "other")
_MEANINGS = {
    "encode": "Mean time of front end and encoder.",
    "search": "Mean time of the search.",
    "decoder": "Mean time of the attention decoder's scoring in the search.",
    "ctc": "Mean time of CTC scoring in the search.",
    "bookkeeping": "Mean time of the search without decoder and CTC scoring.",
    "other": "Mean latency without encode and search.",
}
COLUMNS = {
    f"{part}_mean_s": number(low=-1e-3 if part in _REMAINDERS else 0.0, meaning=_MEANINGS[part])
    for part in PARTS
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
    "bookkeeping": ("search bookkeeping", 0.8, "xxxx"),
    "other": ("other", 1.0, ""),
}


def means(rows: pd.DataFrame) -> dict[str, float]:
    """Mean seconds of each part, as columns of a table; NaN where the rows have none.

    Decoder, CTC and bookkeeping make up the search; encode, search and other the latency.

    Args:
        rows: raw rows with a latency.
    """
    bookkeeping = rows["search_s"] - rows["decoder_s"] - rows["ctc_s"]
    other = rows["latency_s"] - rows["encode_s"] - rows["search_s"]
    seconds = rows.assign(bookkeeping_s=bookkeeping, other_s=other)
    return {f"{part}_mean_s": seconds[f"{part}_s"].mean() for part in PARTS}
