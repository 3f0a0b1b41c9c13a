"""Time variants over utterances: a fresh process, model loaded and warm, one row an utterance."""

import contextlib
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from asrbench.basics import clock_time
from asrbench.basics.attempts import Attempts
from asrbench.basics.errors import UserError
from asrbench.basics.resumable_csv import RowFile
from asrbench.device.watch import COLUMNS as DEVICE_COLUMNS
from asrbench.device.watch import DeviceWatch
from asrbench.engines.interface import Recogniser
from asrbench.engines.processor import Processor
from asrbench.measure.outcomes import Outcomes
from asrbench.measure.peak_memory import COLUMNS as PEAKS
from asrbench.measure.peak_memory import PeakMemory

TIMED_COLUMNS = [
    *("order", "samples", "frames", "duration_s"),
    *("encode_s", "search_s", "decoder_s", "ctc_s", "lm_s", "latency_s", "cpu_s"),
    *("tokens", "ended", "status", "reason", *DEVICE_COLUMNS),
    *PEAKS,
]
_OF_TRANSCRIPT = (
    *("encode_s", "search_s", "decoder_s", "ctc_s", "lm_s", "latency_s", "tokens", "ended"),
)


@dataclass(frozen=True)
class Take:
    """One waveform to be timed: what names it in its row, and how to get it into memory.

    ``load`` returns shape (samples,), float32, at the model's sample rate;
    ``prepare`` sets a recogniser up for this take. Both are called outside the
    clock, and what they raise makes a failed row. ``cold``: its first decoding is what is
    timed, also on a processor that does each input once before.
    """

    names: dict[str, object]
    load: Callable[[], np.ndarray]
    prepare: Callable[[Recogniser], object] = lambda _recogniser: None
    cold: bool = False


@dataclass(frozen=True)
class Timed:
    """One recogniser that is timed, and the file that its rows go into."""

    recogniser: Recogniser
    rows: RowFile


def shuffled(
    takes: list[Take], seed: int, round_number: int, passes: int | None = None
) -> list[Take]:
    """The takes in this round's order: the same for every variant, another in every round.

    Args:
        passes: how often all of them are repeated, each time in another order and with the
            number of the pass, from 1, among the take's names; None: once, without a number.
    """
    chance = random.Random(f"{seed}/{round_number}")
    order = []
    for number in range(1, 1 + (passes or 1)):
        again = list(takes)
        chance.shuffle(again)
        if passes is not None:
            again = [replace(take, names={**take.names, "pass": number}) for take in again]
        order += again
    return order


def warm_up(recogniser: Recogniser, takes: Iterable[Take], attempts: Attempts) -> float | None:
    """Decode, so that the first timed utterance finds everything in place.

    A take that cannot be decoded, or that ends the process, is passed over: its own row will say
    why.

    Returns:
        Latency of the very first utterance in seconds; None where there was none.
    """
    first_s = None
    for number, take in enumerate(takes):
        with contextlib.suppress(Exception), attempts.at(f"the warm-up with {take.names}"):
            found = recogniser.transcribe(take.load())
            first_s = found.latency_s if number == 0 else first_s
    return first_s


def untimed_first(
    processor: Processor, attempts: Attempts, what: str, run: Callable[[], object]
) -> None:
    """Do once without a clock what will be timed, on a processor that needs it.

    What fails is passed over: its own row will say why.
    """
    if processor.each_untimed_first:
        with contextlib.suppress(Exception), attempts.at(f"{what}, before it is timed"):
            run()


def time_in_turn(
    timed: Sequence[Timed],
    takes: list[Take],
    progress: Callable[[int], None],
    memory: PeakMemory,
    attempts: Attempts | None = None,
) -> None:
    """Time each take with each recogniser in turn, in the order given, and write rows at once.

    What the device does for longer than an utterance is then in the rows of all of them.
    Who begins changes from take to take. A row that is already there is not measured again.

    An utterance that a recogniser cannot decode (too short for the subsampling,
    out of memory) becomes a row with status ``failed`` and the reason. On a GPU each take is
    decoded once without a clock before its first pass.

    Args:
        progress: called with the number of takes done, found ones included.
        memory: made when the models were loaded.
        attempts: of the process; by default those of the first rows.
    """
    names = list(takes[0].names) if takes else []
    done = [{tuple(row[name] for name in names) for row in one.rows.found} for one in timed]
    attempts = attempts or timed[0].rows.attempts
    watch, outcomes = DeviceWatch(), [Outcomes(one.rows.path) for one in timed]
    clocks_s = 0.0
    for one, told in zip(timed, outcomes, strict=True):
        for row in one.rows.found:
            told.add(row)
    for order, take in enumerate(takes):
        key = tuple(str(value) for value in take.names.values())
        begins = order % len(timed)
        for which in [*range(begins, len(timed)), *range(begins)]:
            if key in done[which]:
                continue
            what, recogniser = f"{timed[which].rows.path}, {' '.join(key)}", timed[which].recogniser
            if take.names.get("pass", 1) == 1 and not take.cold:
                decode = partial(_once, recogniser, take)
                untimed_first(recogniser.processor, attempts, what, decode)
            memory.begin()
            try:
                with attempts.at(what):
                    take.prepare(recogniser)
                    row = _row(recogniser, take.load(), watch)
            except UserError as error:
                row = failure(error)
            outcomes[which].add(row)
            clocks_s += row.get("latency_s", 0.0)
            cells = {**take.names, "order": order, **row, **memory.columns()}
            timed[which].rows.write(cells)
        progress(order + 1)
    for told in outcomes:
        told.tell()
    clock_time.tell(clocks_s)


def _once(recogniser: Recogniser, take: Take) -> None:
    take.prepare(recogniser)
    recogniser.transcribe(take.load())


def _row(recogniser: Recogniser, waveform: np.ndarray, watch: DeviceWatch) -> dict[str, Any]:
    row: dict[str, Any] = {
        "samples": len(waveform),
        "frames": recogniser.frames(len(waveform)),
        "duration_s": len(waveform) / recogniser.sample_rate_hz,
    }
    watch.begin()
    cpu_began_s = time.process_time()  # of all threads of this process
    try:
        transcript = recogniser.transcribe(waveform)
        cpu_s = time.process_time() - cpu_began_s
    except Exception as error:
        return {**row, **failure(error), **watch.end()}
    return {
        **row,
        **{name: getattr(transcript, name) for name in _OF_TRANSCRIPT},
        "cpu_s": cpu_s,
        "status": "ok",
        "reason": transcript.reason,
        **watch.end(),
    }


def failure(error: Exception) -> dict[str, Any]:
    """The end of a row that could not be measured.

    ESPnet says in many ways that it cannot decode something, some of them bare
    Exceptions, and torch says "out of memory" as a RuntimeError: the row tells
    which it was, and the other rows must still be measured. That of a GPU is told in
    many ways, too, of which torch's goes on with advice to programmers.
    """
    text = " ".join(str(error).split())[:300]
    if "CUDA" in text and "out of memory" in text.lower():
        first = text.partition(". GPU ")[0].rstrip(".")
        return {"status": "failed", "reason": f"the GPU has too little memory for this ({first})"}
    kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
    return {"status": "failed", "reason": kind + text}
