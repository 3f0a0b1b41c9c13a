"""Hypotheses of one variant, scored utterance by utterance: what WER tables are made of."""

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from asrbench.basics.errors import UserError
from asrbench.results.raw_files import failures, no_file, read_json_lines, read_rows
from asrbench.statistics import scoring
from asrbench.statistics.scoring import Errors
from asrbench.study import normalise
from asrbench.study.config import Study
from asrbench.study.variant import Variant

# A bootstrap over fewer speakers says little of speakers who are not among them.
ENOUGH_SPEAKERS = 10
# A second reading of a number may differ from the first in its last digit.
_DURATION_S = 0.01


@dataclass(frozen=True)
class Scored:
    """One row of ``lines`` and one place in ``errors`` an utterance.

    Attributes:
        lines: utterance_id, speaker ('' where unknown), duration_s (NaN where unknown),
            reference and hypothesis, both normalised ('' where it failed), ended (how the
            search ended, '' where unknown).
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


def read(study: Study, results: Path, variant: Variant) -> Scored:
    """Score results/wer/{model}/{variant}/hypotheses.jsonl.

    A line that cannot be of this corpus is told and not scored.

    Raises:
        UserError: an utterance has no reference, or the normalisation takes letters out
            of one.
    """
    path = results / "wer" / variant.model / variant.slug / "hypotheses.jsonl"
    try:
        found = read_json_lines(path)
    except FileNotFoundError:
        return _nothing(no_file(path, results))
    if len(found) == 1 and found[0].get("status") == "not applicable":
        return _nothing(f"not applicable: {found[0].get('reason', 'no reason given')}")
    if not found:
        return _nothing(f"{path.relative_to(results).as_posix()} holds no utterance")
    found, faults = _sound(study, results, found)
    if not found:
        return _nothing(*faults)
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
    versions = {str(line.get("made_by") or "") for line in found} - {""}
    if len(versions) > 1:
        faults.append(f"made by different versions: {'; '.join(sorted(versions))}")
    return Scored(lines, errors, [*faults, *failures(state), *_not_scored(name, found)])


def _sound(study: Study, results: Path, lines: list[dict]) -> tuple[list[dict], list[str]]:
    """The lines that can be of this corpus, and what is wrong with the others or missing.

    Where there is no list of utterances, as in an archive of an earlier version, lines
    are held against each other alone.
    """
    times = Counter(str(line.get("utterance_id")) for line in lines)
    kinds = [("are of one utterance with another line", lambda name, _line: times[name] > 1)]
    wanted = None
    with contextlib.suppress(FileNotFoundError):
        path = results / "data" / "utterances.csv"
        listed = read_rows(path, ["utterance_id", "text"], ["duration_s"])
        corpus = {row.utterance_id: row for row in listed.itertuples()}
        most = study.wer.max_utterances
        wanted = len(corpus) if most is None else min(most, len(corpus))
        kinds += [
            ("are of utterances that are not listed", lambda name, _line: name not in corpus),
            (
                "have another reference or duration than the list",
                lambda name, line: _of_another(line, corpus[name].text, corpus[name].duration_s),
            ),
        ]
    sound: list[dict] = []
    wrong: Counter[str] = Counter()
    for line in lines:
        name = str(line.get("utterance_id"))
        kind = next((words for words, broken in kinds if broken(name, line)), None)
        if kind is None:
            sound.append(line)
        else:
            wrong[kind] += 1
    told = [f"{count} lines {words}, and are not scored" for words, count in wrong.items()]
    if wanted is not None and wanted > len(times):
        told.append(f"{wanted - len(times)} of {wanted} utterances are missing")
    return sound, told


def _of_another(line: dict, text: str, duration_s: float) -> bool:
    given = line.get("duration_s")
    if line.get("reference") != text:
        return True
    # Written so that no number at all is another duration, too.
    return given is not None and not (_is_number(given) and abs(given - duration_s) < _DURATION_S)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


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


def _nothing(*reasons: str) -> Scored:
    empty = pd.DataFrame(columns=["utterance_id", "speaker", "duration_s", "reference"])
    return Scored(empty.assign(hypothesis="", ended=""), scoring.count([]), list(reasons))


def _row(line: dict, path: Path, change: Callable[[str], str]) -> dict[str, Any]:
    if not isinstance(line.get("reference"), str):
        raise UserError(f"{path}: utterance {line.get('utterance_id')!r} has no reference")
    failed = line.get("status", "ok") != "ok" or not isinstance(line.get("hypothesis"), str)
    duration_s = line.get("duration_s")
    return {
        "utterance_id": str(line.get("utterance_id")),
        "speaker": str(line.get("speaker") or ""),
        "duration_s": float(duration_s) if _is_number(duration_s) else np.nan,
        "reference": change(line["reference"]),
        "hypothesis": None if failed else change(line["hypothesis"]),
        "ended": str(line.get("ended") or ""),
    }
