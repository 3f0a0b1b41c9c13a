"""Decode a corpus with one variant: hypotheses beside references, one JSON line an utterance."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from asrbench.latency import failure
from asrbench.part_file import PartFile
from asrbench.recogniser import Recogniser

NOT_APPLICABLE = {"status": "not applicable", "reason": "random weights"}


def decode(
    recogniser: Recogniser,
    utterances: pd.DataFrame,
    load: Callable[[str], object],
    out: PartFile,
    progress: Callable[[int], None],
) -> None:
    """Decode every utterance that has no line yet.

    Args:
        utterances: rows with utterance_id, path, duration_s, text.
        load: path to waveform, shape (samples,), float32.
        out: gets the lines; an utterance that cannot be decoded gets one with
            status ``failed``, an empty hypothesis, and the reason.
        progress: called with the number of utterances done.
    """
    done = {json.loads(line)["utterance_id"] for line in out.found}
    for number, row in enumerate(utterances.itertuples(), start=1):
        if row.utterance_id not in done:
            out.append(json.dumps(_line(recogniser, row, load), ensure_ascii=False))
        progress(number)


def _line(recogniser: Recogniser, row, load: Callable[[str], object]) -> dict[str, object]:
    line = {
        "utterance_id": row.utterance_id,
        "reference": row.text,
        "hypothesis": "",
        "score": None,
        "duration_s": row.duration_s,
        "tokens": 0,
        "status": "ok",
        "reason": "",
    }
    try:
        transcript = recogniser.transcribe(load(row.path))
    except Exception as error:
        return {**line, **failure(error)}
    return {
        **line,
        "hypothesis": transcript.text,
        "score": transcript.score,
        "tokens": transcript.tokens,
        "reason": "" if transcript.score is not None else "the search gave no hypothesis",
    }


def write_not_applicable(path: str | Path) -> None:
    """The file of a variant that cannot have hypotheses: one line with the reason."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(NOT_APPLICABLE) + "\n", encoding="utf-8")
