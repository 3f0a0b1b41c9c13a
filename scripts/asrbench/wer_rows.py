"""Hypotheses of one variant, scored utterance by utterance: what WER tables are made of."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from asrbench import normalise, scoring
from asrbench.config import Study
from asrbench.errors import UserError
from asrbench.raw_files import failures, no_file, read_json_lines
from asrbench.scoring import Errors

# A bootstrap over fewer speakers says little of speakers who are not among them.
ENOUGH_SPEAKERS = 10


@dataclass(frozen=True)
class Scored:
    """One row of ``lines`` and one place in ``errors`` an utterance.

    Attributes:
        lines: utterance_id, speaker ('' where unknown), duration_s (NaN where unknown),
            reference and hypothesis, both normalised ('' where it failed).
        errors: of each utterance; a failed one has all its words deleted.
        reasons: why there are no utterances, why some of them failed, and which letters of
            hypotheses are not scored.
    """

    lines: pd.DataFrame
    errors: Errors
    reasons: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, chosen: np.ndarray) -> "Scored":
        """Some of the utterances, by their places or by a mask."""
        return Scored(self.lines.iloc[chosen], self.errors.take(chosen), self.reasons)


def read(study: Study, results: Path, model: str, weight: str) -> Scored:
    """Score results/wer/{model}/ctc{w}/hypotheses.jsonl.

    Raises:
        UserError: an utterance has no reference, or stands twice, or the normalisation
            takes letters out of a reference.
    """
    path = results / "wer" / model / f"ctc{weight}" / "hypotheses.jsonl"
    try:
        found = read_json_lines(path)
    except FileNotFoundError:
        return _nothing(no_file(path, results))
    if len(found) == 1 and found[0].get("status") == "not applicable":
        return _nothing(f"not applicable: {found[0].get('reason', 'no reason given')}")
    if not found:
        return _nothing(f"{path.relative_to(results).as_posix()} holds no utterance")
    name = study.wer.normalisation
    rows = [_row(line, path, normalise.BY_NAME[name]) for line in found]
    normalise.check(
        name,
        ((row["utterance_id"], line["reference"]) for row, line in zip(rows, found, strict=True)),
        path,
    )
    state = pd.DataFrame(
        [(line.get("status", "ok"), line.get("reason") or "") for line in found],
        columns=["status", "reason"],
    )
    errors = scoring.count((row["reference"], row["hypothesis"]) for row in rows)
    lines = pd.DataFrame(rows).fillna({"hypothesis": ""})
    if lines["utterance_id"].duplicated().any():
        twice = lines["utterance_id"][lines["utterance_id"].duplicated()].iloc[0]
        raise UserError(f"{path}: utterance {twice!r} stands twice; remove the file")
    return Scored(lines, errors, failures(state) + _not_scored(name, found))


def units(lines: pd.DataFrame) -> tuple[np.ndarray, str]:
    """What the bootstrap resamples: speakers where there are enough, else utterances.

    Utterances of one speaker are alike, so that an interval over utterances alone
    is too narrow for other speakers.

    Returns:
        The number of each utterance's unit, from 0, and what units are called.
    """
    speakers, names = pd.factorize(lines["speaker"], sort=True)
    if len(names) >= ENOUGH_SPEAKERS and (lines["speaker"] != "").all():
        return speakers, "speakers"
    return np.arange(len(lines)), "utterances"


def _not_scored(name: str, found: list[dict]) -> list[str]:
    """Which letters of hypotheses the normalisation takes out, so that they are no errors."""
    letters = [normalise.lost(name, str(line.get("hypothesis") or "")) for line in found]
    some = sorted(set().union(*letters))
    if not some:
        return []
    told = f"{name} takes {' '.join(some[:8])} out of them, which is then not scored"
    return [f"{sum(map(bool, letters))} of {len(found)} hypotheses hold other letters: {told}"]


def _nothing(reason: str) -> Scored:
    empty = pd.DataFrame(columns=["utterance_id", "speaker", "duration_s", "reference"])
    return Scored(empty.assign(hypothesis=""), scoring.count([]), [reason])


def _row(line: dict, path: Path, change) -> dict[str, object]:
    if not isinstance(line.get("reference"), str):
        raise UserError(f"{path}: utterance {line.get('utterance_id')!r} has no reference")
    failed = line.get("status", "ok") != "ok" or not isinstance(line.get("hypothesis"), str)
    duration_s = line.get("duration_s")
    return {
        "utterance_id": str(line.get("utterance_id")),
        "speaker": str(line.get("speaker") or ""),
        "duration_s": float(duration_s) if duration_s is not None else np.nan,
        "reference": change(line["reference"]),
        "hypothesis": None if failed else change(line["hypothesis"]),
    }
