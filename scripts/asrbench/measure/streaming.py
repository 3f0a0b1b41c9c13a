"""Time a variant on speech that comes in piece by piece: one row an utterance and piece length."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from asrbench.basics import clock_time
from asrbench.basics.attempts import Attempts
from asrbench.basics.errors import UserError
from asrbench.basics.resumable_csv import RowFile
from asrbench.device.watch import COLUMNS as DEVICE_COLUMNS
from asrbench.device.watch import DeviceWatch
from asrbench.engines.interface import Recogniser, Session, Transcript, plain_text
from asrbench.engines.processor import CPU, Processor
from asrbench.measure import speech_bounds, virtual_clock
from asrbench.measure.latency import Take, failure, untimed_first
from asrbench.measure.outcomes import Outcomes
from asrbench.measure.peak_memory import COLUMNS as PEAKS
from asrbench.measure.peak_memory import PeakMemory
from asrbench.measure.virtual_clock import Heard

COLUMNS = [
    *("order", "samples", "duration_s", "speech_begins_s", "speech_ends_s", "pieces"),
    *("first_partial_s", "final_s", "compute_s", "end_compute_s", "late_pieces"),
    *("backlog_p95_s", "backlog_max_s", "endpoint_s", "partials", "revisions"),
    *("text", "pieces_compute_s"),
    *("status", "reason", *DEVICE_COLUMNS, *PEAKS),
]

SILENCE_RMS = 1e-3
# How long the quiet is that a recogniser hears after an utterance, to declare its end in.
QUIET_S = 5.0


class Redecoding:
    """A session of a recogniser that takes whole utterances: all of it again, each so often.

    Args:
        recogniser: decodes.
        every_s: of new speech, before it is decoded again.
    """

    ended = False

    def __init__(self, recogniser: Recogniser, every_s: float):
        self._recogniser, self._every = recogniser, round(every_s * recogniser.sample_rate_hz)
        self._heard, self._fresh, self._text = np.zeros(0, np.float32), 0, ""

    def feed(self, chunk: np.ndarray) -> str:
        self._heard, self._fresh = np.concatenate((self._heard, chunk)), self._fresh + len(chunk)
        if self._fresh >= self._every:
            self._fresh, self._text = 0, self._recogniser.decode(self._heard).text
        return self._text

    def finish(self) -> Transcript:
        return self._recogniser.decode(self._heard)


class AtThePaceOfSpeech(Recogniser):
    """A recogniser that is given each utterance as it would be spoken, for meters of power.

    Args:
        inner: what recognises.
        piece_s: length of a piece.
        redecode_s: see :func:`session`.
    """

    def __init__(self, inner: Recogniser, piece_s: float, redecode_s: float | None):
        self._inner, self._piece_s, self._redecode_s = inner, piece_s, redecode_s
        self.sample_rate_hz, self.hop_length = inner.sample_rate_hz, inner.hop_length
        self.processor = inner.processor

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Listen to it; returns when it has been spoken and what stays is there."""
        listening = session(self._inner, self._redecode_s)
        rate_hz, piece_s = self.sample_rate_hz, self._piece_s
        heard = hear(listening, waveform, rate_hz, piece_s, True, self.processor)
        return Transcript(heard.text)

    def use_threads(self, count: int) -> None:
        """Have the recogniser compute with that many threads."""
        self._inner.use_threads(count)

    def facts(self) -> dict[str, str]:
        """The recogniser's."""
        return self._inner.facts()


def silence(samples: int) -> np.ndarray:
    """A quiet room: noise 60 dB below full scale, shape (samples,), float32."""
    noise = np.random.default_rng(0).normal(0.0, SILENCE_RMS, samples)
    return noise.astype(np.float32)


def session(recogniser: Recogniser, redecode_s: float | None) -> Session:
    """One utterance, streamed where the recogniser can, else decoded again and again.

    Raises:
        UserError: it does not stream, and nothing says how often to decode again.
    """
    if recogniser.streams:
        return recogniser.listen()
    if redecode_s is None:
        raise UserError(
            "not applicable: this model takes whole utterances alone; streaming.redecode_s has it "
            "decode all that it has heard again and again"
        )
    return Redecoding(recogniser, redecode_s)


def pieces(waveform: np.ndarray, length: int) -> Iterator[tuple[int, np.ndarray]]:
    """Pieces of so many samples, the last as long as what is left, each with where it ends."""
    for begin in range(0, len(waveform), length):
        piece = waveform[begin : begin + length]
        yield begin + len(piece), piece


def hear(
    listening: Session,
    waveform: np.ndarray,
    rate_hz: int,
    piece_s: float,
    paced: bool = False,
    processor: Processor = CPU,
) -> Heard:
    """Give a waveform to a session piece by piece.

    Args:
        waveform: shape (samples,), float32.
        piece_s: length of a piece.
        paced: each piece is given when it would have been spoken, and times are those of a wall
            clock; else the clock is virtual.
        processor: what computes, by whose clock computing is timed.
    """
    now_s = processor.now_s
    heard, began_s = Heard(), now_s()
    for end, piece in pieces(waveform, max(1, round(piece_s * rate_hz))):
        arrived_s = end / rate_hz
        if paced:
            time.sleep(max(0.0, began_s + arrived_s - time.perf_counter()))
        text, compute_s = _timed(lambda piece=piece: listening.feed(piece), now_s)
        heard.piece(arrived_s, compute_s, text)
        if paced:
            heard.done_s[-1] = time.perf_counter() - began_s
    last, compute_s = _timed(listening.finish, now_s)
    heard.end(compute_s, plain_text(last.text, len(waveform) / rate_hz))
    if paced:
        heard.end_s = time.perf_counter() - began_s
    return heard


def endpoint_s(
    recogniser: Recogniser, waveform: np.ndarray, piece_s: float, ends_s: float
) -> float | str:
    """How long after the end of speech a recogniser declares it; '' where it does not.

    A quiet room follows the utterance, in a session of its own: :func:`hear` asks for the text
    that stays as soon as the utterance is over.

    Args:
        waveform: shape (samples,), float32.
        ends_s: when speech ends in it.

    Returns:
        Where the end was declared before it, how far from the end (below 0) the speech was cut.
    """
    if not (recogniser.streams and recogniser.declares_end):
        return ""
    rate_hz = recogniser.sample_rate_hz
    listening, heard = recogniser.listen(), Heard()
    followed = np.concatenate((waveform, silence(round(QUIET_S * rate_hz))))
    for end, piece in pieces(followed, max(1, round(piece_s * rate_hz))):
        text, compute_s = _timed(
            lambda piece=piece: listening.feed(piece), recogniser.processor.now_s
        )
        heard.piece(end / rate_hz, compute_s, text)
        if listening.ended:
            break
    listening.finish()
    if not listening.ended:
        return ""
    heard_s = heard.arrived_s[-1]
    return (heard_s if heard_s < ends_s else heard.done_s[-1]) - ends_s


def _timed(call: Callable, now_s: Callable[[], float]) -> tuple[Any, float]:
    began_s = now_s()
    found = call()
    return found, now_s() - began_s


def row(recogniser: Recogniser, waveform: np.ndarray, piece_s: float, redecode_s) -> dict:
    """What one utterance gave, as cells of :data:`COLUMNS`.

    ``first_partial_s`` is from the start of speech to the first words, ``final_s`` from the end
    of speech to the text that stays, as a person waits for them.

    Raises:
        UserError: there is no speech in it, or the recogniser does not stream.
    """
    rate_hz = recogniser.sample_rate_hz
    spoken = speech_bounds.bounds_s(waveform, rate_hz)
    if spoken is None:
        raise UserError("there is nothing but silence in it, so nobody waits for a word")
    begins_s, ends_s = spoken
    listening, processor = session(recogniser, redecode_s), recogniser.processor
    heard = hear(listening, waveform, rate_hz, piece_s, processor=processor)
    first_s = heard.first_text_s
    return {
        "samples": len(waveform),
        "duration_s": len(waveform) / rate_hz,
        "speech_begins_s": begins_s,
        "speech_ends_s": ends_s,
        "pieces": len(heard.done_s),
        "first_partial_s": "" if np.isnan(first_s) else first_s - begins_s,
        "final_s": heard.end_s - ends_s,
        "compute_s": sum(heard.compute_s) + heard.end_compute_s,
        "end_compute_s": heard.end_compute_s,
        "late_pieces": heard.late_pieces,
        "backlog_p95_s": float(np.quantile(heard.backlog_s, 0.95)),
        "backlog_max_s": float(heard.backlog_s.max()),
        "endpoint_s": endpoint_s(recogniser, waveform, piece_s, ends_s),
        "partials": len(set(heard.texts) - {""}),
        "revisions": virtual_clock.revisions([*heard.texts, heard.text]),
        "text": heard.text,
        "pieces_compute_s": " ".join(f"{seconds:.6f}" for seconds in heard.compute_s),
        "status": "ok",
        "reason": "" if heard.text else "the search gave no hypothesis",
    }


def time_all(
    recogniser: Recogniser,
    takes: list[Take],
    redecode_s: float | None,
    rows: RowFile,
    progress: Callable[[int], None],
    memory: PeakMemory,
    attempts: Attempts | None = None,
) -> None:
    """Time each take, whose names are utterance_id and piece_s, that has no row yet.

    Args:
        attempts: of the process; by default those of the rows.
    """
    attempts = attempts or rows.attempts
    done = {(found["utterance_id"], found["piece_s"]) for found in rows.found}
    watch, outcomes, clocks_s = DeviceWatch(), Outcomes(rows.path), 0.0
    for found in rows.found:
        outcomes.add(found)
    for order, take in enumerate(takes):
        key = tuple(map(str, take.names.values()))
        if key in done:
            continue
        what, piece_s = f"{rows.path}, {' '.join(key)}", float(str(take.names["piece_s"]))

        def heard(take: Take = take, piece_s: float = piece_s) -> dict:
            return row(recogniser, take.load(), piece_s, redecode_s)

        untimed_first(recogniser.processor, attempts, what, heard)
        memory.begin()
        watch.begin()
        try:
            with attempts.at(what):
                cells = heard()
        except Exception as error:  # of whatever kind: the next utterance is measured
            cells = failure(error)
        outcomes.add(cells)
        clocks_s += cells.get("compute_s", 0.0)
        rows.write({**take.names, "order": order, **cells, **watch.end(), **memory.columns()})
        progress(order + 1)
    outcomes.tell()
    clock_time.tell(clocks_s)
