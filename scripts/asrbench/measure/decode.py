"""Decode a corpus with one variant: hypotheses beside references, one JSON line an utterance."""

import json
import time
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from asrbench.basics import clock_time
from asrbench.basics.part_file import PartFile
from asrbench.engines.interface import Transcript
from asrbench.engines.search_end import AT_LENGTH, EMPTY
from asrbench.measure.latency import failure
from asrbench.measure.outcomes import Outcomes
from asrbench.sources.corpus import Utterance


def decode(
    transcribe: Callable[[Utterance], Transcript],
    utterances: list[Utterance],
    out: PartFile,
    made_by: str,
    progress: Callable[[int], None],
) -> None:
    """Decode every utterance that has no line yet.

    Args:
        transcribe: one of ``utterances`` to its transcript; what it raises
            makes a line with status ``failed``, an empty hypothesis, and the reason.
        utterances: in the order in which they are decoded.
        out: gets the lines.
        made_by: the versions that decode, in words; a field of each line.
        progress: called with the number of utterances done.
    """

    def marked(row) -> Transcript:
        with out.attempts.at(row.utterance_id):
            return transcribe(row)

    done, outcomes, decoding_s = set(), Outcomes(out.path), 0.0
    for found in map(json.loads, out.found):
        done.add(found["utterance_id"])
        outcomes.add(found)
    for number, row in enumerate(utterances, start=1):
        if row.utterance_id not in done:
            began_s = time.perf_counter()
            line = _line(marked, row) | {"made_by": made_by}
            decoding_s += time.perf_counter() - began_s
            outcomes.add(line)
            out.append(json.dumps(line, ensure_ascii=False))
        progress(number)
    outcomes.tell()
    clock_time.tell(decoding_s)


def joined(pieces: list[Transcript]) -> Transcript:
    """The transcript of an utterance that was decoded in pieces.

    Words in their order; sums of what the pieces tell; ended by length if one of them was.
    """
    ends = [piece.ended for piece in pieces]
    by_itself = next((ended for ended in ends if ended != EMPTY), EMPTY)
    names = {field.name for field in fields(pieces[0])} - {"text", "ended"}
    sums: dict[str, Any] = {
        name: _sum([getattr(piece, name) for piece in pieces]) for name in names
    }
    return replace(
        pieces[0],
        text=" ".join(text for piece in pieces if (text := piece.text.strip())),
        ended=AT_LENGTH if AT_LENGTH in ends else by_itself,
        **sums,
    )


def _sum(values: list[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return sum(there) if there else None


def _line(transcribe: Callable[[Utterance], Transcript], row) -> dict[str, object]:
    line = {
        "utterance_id": row.utterance_id,
        "speaker": row.speaker,
        "reference": row.text,
        "hypothesis": "",
        "score": None,
        "duration_s": row.duration_s,
        "tokens": 0,
        "ended": "",
        "status": "ok",
        "reason": "",
    }
    try:
        transcript = transcribe(row)
    except Exception as error:
        return {**line, **failure(error)}
    return {
        **line,
        "hypothesis": transcript.text,
        "score": transcript.score,
        "tokens": transcript.tokens,
        "ended": transcript.ended,
        "reason": transcript.reason,
    }
