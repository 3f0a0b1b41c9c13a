"""Raw rows of one variant on speech that came in piece by piece, and their references."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.results import row_faults, row_versions
from asrbench.results.raw_files import read_rounds, read_rows, round_file, usable
from asrbench.study.config import Study
from asrbench.study.variant import Variant

UNIT = ["utterance_id", "piece_s"]
NUMBERS = [
    *("piece_s", "duration_s", "speech_begins_s", "speech_ends_s", "first_partial_s", "final_s"),
    *("compute_s", "pieces", "late_pieces", "backlog_p95_s", "backlog_max_s"),
    *("partials", "revisions"),
]
# What rows of earlier versions have not.
LATER = ("endpoint_s",)
TEXT = ["utterance_id", "text", "pieces_compute_s", "status", "reason"]
RULES: row_faults.Rules = {
    "final_s is below 0, before the speech has ended": lambda rows: rows["final_s"] < 0,
    "compute_s, a backlog or a count is below 0": lambda rows: (
        rows[["compute_s", "backlog_max_s", "partials", "revisions"]] < 0
    ).any(axis=1),
    "speech ends before it begins": lambda rows: rows["speech_ends_s"] <= rows["speech_begins_s"],
    "there are other pieces than times of pieces": lambda rows: (
        rows["pieces_compute_s"].str.split().str.len() != rows["pieces"]
    ),
}


@dataclass(frozen=True)
class Rows:
    """What was measured, and what was not.

    Attributes:
        all: every row that can be right, with the column ``round``.
        good: those that ended well.
        reasons: why rounds or rows are not there.
        references: the text of each utterance of the sample, by utterance_id.
        streams: whether the recogniser took pieces, and did not decode all again; None: unknown.
        declares_end: whether the recogniser tells when the speaker has stopped.
        lookahead_s: as the recogniser declares it; NaN where it does not.
    """

    all: pd.DataFrame
    good: pd.DataFrame
    reasons: list[str]
    references: dict[str, str] = field(default_factory=dict)
    streams: bool | None = None
    declares_end: bool = False
    lookahead_s: float = np.nan


def read(study: Study, results: Path, variant: Variant) -> Rows:
    """All rounds of results/streaming/{model}/{variant}."""
    settings, parts = study.streaming, ("streaming", *variant.key)
    wanted, references = None, {}
    try:
        path = results / "data" / "sample.csv"
        drawn = read_rows(path, ["utterance_id", "text"], ["duration_s"])
        drawn = drawn.head(settings.utterances)
        wanted = drawn.merge(pd.DataFrame({"piece_s": settings.pieces_s}), how="cross")
        references = dict(zip(drawn["utterance_id"], drawn["text"], strict=True))
    except FileNotFoundError:
        pass  # as in an archive
    raw, missing = read_rounds(
        results,
        parts,
        settings.rounds,
        TEXT,
        NUMBERS,
        may_lack=LATER,
        judged=lambda rows: row_faults.sound(rows, UNIT, "final_s", RULES, wanted),
    )
    good, why = usable(raw, "final_s")
    beside = row_versions.found_beside(round_file(results, *parts, number=1))
    told = beside.get("lookahead_s")
    lookahead_s = float(told) if isinstance(told, (int, float)) else np.nan
    return Rows(
        raw,
        good,
        missing + why,
        references,
        beside.get("streams"),
        bool(beside.get("declares_end")),
        lookahead_s,
    )


def piece_factors(rows: pd.DataFrame) -> np.ndarray:
    """Computing of each piece over how long the piece lasts, of all rows, shape (pieces,)."""
    found = []
    for row in rows.itertuples():
        compute_s = np.array(row.pieces_compute_s.split(), dtype=float)
        lasts_s = np.full(len(compute_s), row.piece_s)
        if len(lasts_s):
            lasts_s[-1] = max(row.duration_s - row.piece_s * (len(lasts_s) - 1), 1e-3)
        found.append(compute_s / lasts_s)
    return np.concatenate(found) if found else np.zeros(0)
