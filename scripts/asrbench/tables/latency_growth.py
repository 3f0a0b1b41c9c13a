"""The table of growth: how latency and its parts grow with the length of the input."""

from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.results import timed_rows
from asrbench.statistics import line_fit
from asrbench.statistics.round_unit_matrix import SWEPT, matrices
from asrbench.study.config import Study
from asrbench.tables import interval_columns
from asrbench.tables.table import SWEEP_NOTE, Table, speech_note
from asrbench.tables.table_markdown import Column, spanned
from asrbench.tables.table_schema import count, interval, schema, text
from asrbench.tables.variant_rows import IDENTITY, VARIANT, identity, joined

PARTS = ("latency", "encode", "search", "decoder", "ctc")


def build(study: Study, results: Path) -> pd.DataFrame:
    """Each variant and part: the slope of log seconds against log seconds of audio."""
    rows = []
    for variant in study.variants():
        found = timed_rows.frames(study, results, variant)
        for part in PARTS:
            row = identity(study, variant) | {"part": part}
            rows.append(row | _growth(found, f"{part}_s"))
    return pd.DataFrame(interval_columns.moderated(rows, apart=("part",)))


def _growth(found: timed_rows.Rows, column: str) -> dict[str, object]:
    timed = found.good[(found.good[column] > 0) & (found.good["duration_s"] > 0)]
    lengths = timed["length_frames"].nunique()
    row = {"lengths": lengths, "rows": len(timed), "interval_over": "none"}
    if timed.empty:
        why = [] if found.good.empty else ["no time was spent in this part"]
        return row | {"reason": joined(found.reasons + why)}
    if lengths < line_fit.MINIMUM_UNITS:
        few = f"{lengths} of the lengths have a time, and an exponent needs 3"
        return row | {"reason": joined([*found.reasons, few])}
    if timed["round"].nunique() > 1:
        # One unit is one piece of speech at one length.
        pieces = list(zip(timed["length_frames"], timed["repeat"], strict=True))
        units = timed.assign(unit=pieces)
    else:
        # The repeats are all lengths once more, and stand for rounds.
        units = timed.assign(unit=timed["length_frames"], **{"pass": timed["repeat"]})
    seconds = matrices(units, "unit", [column])[column]
    duration_s = units.groupby("unit", sort=False)["duration_s"].mean().to_numpy()
    line = line_fit.fit(np.log(duration_s), np.log(seconds), SWEPT, scale=1.0)
    return row | {
        "exponent": line.slope,
        "interval_over": line.slope.over,
        "reason": joined(found.reasons),
    }


def as_words(table: pd.DataFrame, before: str) -> dict[tuple[str, str], str]:
    """Words about each variant's whole latency, where an exponent could be fitted.

    Args:
        table: this one.
        before: what the exponent is written behind.
    """
    fitted = table[(table["part"] == "latency") & table["exponent"].notna()]
    words = {}
    for row in fitted.to_dict("records"):
        text = f"{before}{row['exponent']:.2f}"
        if pd.notna(row["exponent_low"]):
            text += f" [{row['exponent_low']:.2f}, {row['exponent_high']:.2f}]"
        words[row["model"], row["variant"]] = text
    return words


def _notes(study: Study) -> list[str]:
    return [
        *speech_note(study),
        SWEEP_NOTE,
        "Exponent: seconds grow as the length of the input to this power, the slope of a straight "
        "line through the logarithms; 1 is in proportion, 2 is with the square. How well one power "
        "fits is not in the interval.",
    ]


TABLE = Table(
    title="Growth of latency with input length",
    build=build,
    schema=schema(
        **IDENTITY,
        part=text(*PARTS, meaning="Latency, or the part of it whose growth is fitted."),
        **interval("exponent", "Seconds grow as the length of the input to this power.", low=None),
        interval_over=text("rounds", "repeats", "none", meaning="What varied for the interval."),
        lengths=count(meaning="Different lengths in the fit."),
        rows=count(meaning="Raw rows in the fit."),
        reason=text(meaning="Why there is no exponent, or rows are absent."),
    ),
    columns=[
        *VARIANT,
        Column("part", "part"),
        spanned("exponent", "exponent"),
        Column("lengths", "lengths"),
        Column("rows", "rows"),
        Column("remarks", "reason"),
    ],
    notes=_notes,
)
