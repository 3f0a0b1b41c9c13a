"""What every recogniser is to the code that measures it: one waveform in, its text out.

The caller's clock stands here, around ``decode``, so that it is the same for every engine.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from traceback import walk_tb
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from asrbench.basics.errors import UserError, said
from asrbench.engines import search_end
from asrbench.engines.processor import CPU, Processor
from asrbench.study.job import Job

_PROJECT = __name__.split(".")[0]
# More than a person can say: a runaway recogniser's text would fill the disk.
_MOST_CHARACTERS_PER_S = 100
_FEW_CHARACTERS = 5000
_ENGLISH = "en"
# Line breaks and other control characters, which no text of an utterance has.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Transcript:
    """What one utterance gave.

    ``latency_s`` is wall time from a waveform in memory to text; ``encode_s``
    and ``search_s`` are parts of it, ``decoder_s`` and ``ctc_s`` (scoring by
    the attention decoder and by the CTC head) are parts of ``search_s``, and so is ``lm_s`` where
    a language model is asked. A part is None where the engine does not tell it. ``tokens`` and
    ``score`` (a log score) are None where the engine does not tell them. ``ended`` is how the
    search came to its end, one of those in
    :mod:`asrbench.engines.search_end`, or '' where it is not known.
    """

    text: str
    tokens: int | None = None
    score: float | None = None
    encode_s: float | None = None
    search_s: float | None = None
    decoder_s: float | None = None
    ctc_s: float | None = None
    latency_s: float = 0.0
    ended: str = ""
    lm_s: float | None = None

    @property
    def reason(self) -> str:
        """What is to be said of a text that is none."""
        none = self.ended == search_end.EMPTY and self.score is None
        return "the search gave no hypothesis" if none else ""


class Session(Protocol):
    """One utterance of a recogniser that is given it piece by piece.

    Attributes:
        ended: whether the engine itself has declared that the speaker has stopped.
    """

    ended: bool

    def feed(self, chunk: np.ndarray) -> str:
        """Take the next samples, shape (samples,), float32; the text so far, which may change."""

    def finish(self) -> Transcript:
        """No more samples will come: the text that stays. Nothing of it is timed."""


class Recogniser(ABC):
    """One variant in memory.

    Attributes:
        sample_rate_hz: of the waveforms that it takes.
        hop_length: samples of one frame. Where the model has no frames, those of 10 ms.
        streams: whether it takes an utterance piece by piece.
        declares_end: whether its sessions tell when the speaker has stopped.
        lookahead_s: audio after a word that the model waits for before it puts the word out, as
            the model is built; None where it does not stream or does not tell.
        model: the loaded network of an engine whose forward pass can be run by itself.
        processor: what it computes on, by which every clock around it goes.
    """

    sample_rate_hz = 16000
    hop_length = 160
    streams = False
    declares_end = False
    lookahead_s: float | None = None
    model: Any = None
    processor: Processor = CPU

    @abstractmethod
    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; ``latency_s`` is not set. On the CPU all work is then done.

        Args:
            waveform: shape (samples,), float32 from -1 to 1, at the recogniser's sample rate.
        """

    @abstractmethod
    def use_threads(self, count: int) -> None:
        """Compute with that many threads from now on; called outside the clock."""

    @abstractmethod
    def facts(self) -> dict[str, str]:
        """What really computes, in the runtime's own words: type, threads, CPU features."""

    def listen(self) -> Session:
        """Begin an utterance that is given piece by piece, of a recogniser that ``streams``."""
        raise NotImplementedError

    def transcribe(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform and time it; :meth:`decode` has the arguments.

        Raises:
            ValueError: what came back is no text of an utterance.
        """
        began_s = self.processor.now_s()
        found = self.decode(waveform)
        latency_s = self.processor.now_s() - began_s
        text = plain_text(found.text, len(waveform) / self.sample_rate_hz)
        ended = found.ended or (search_end.EMPTY if not text else "")
        return replace(found, text=text, latency_s=latency_s, ended=ended)

    def frames(self, samples: int) -> int:
        """Steps of the model's front end for a waveform of that many samples."""
        return samples // self.hop_length + 1

    def samples_for(self, frames: int) -> int:
        """The shortest waveform, in samples, that gives that many frames."""
        return (frames - 1) * self.hop_length


@dataclass(frozen=True)
class Count:
    """One row: numbers of parameters (elements of tensors), and the bytes that they take in memory.

    Parameters are those of the model as it was trained. Bytes are of the build's precision for
    ESPnet, and those in the file for other engines.
    """

    module: str
    parameters: int
    trainable: int
    shared: int
    bytes: int


# The length of the utterance that multiply-adds are counted for.
COUNTED_AUDIO_S = 10.0


def counted_tokens(tokens_per_second: float) -> int:
    """Tokens of the hypothesis that multiply-adds are counted for."""
    return max(1, round(COUNTED_AUDIO_S * tokens_per_second))


@dataclass(frozen=True)
class Part:
    """Multiply-adds of one part for a second of audio; ``note`` says what was counted."""

    part: str
    multiply_adds_per_audio_s: float
    tokens_per_second: float | None
    note: str


def counts(parts: Mapping[str, tuple[int, int]]) -> list[Count]:
    """Rows of parts that share nothing, the whole first.

    Args:
        parts: numbers of parameters and bytes in the file, by part.
    """
    whole = tuple(sum(values) for values in zip(*parts.values(), strict=True))
    rows = {"whole": whole, **parts}
    return [Count(name, elements, elements, 0, size) for name, (elements, size) in rows.items()]


def language_of(job: Job, multilingual: bool = True) -> str:
    """The language that a model of several is told, by the code of ISO 639; English if none is.

    Raises:
        UserError: it is another than the only one that the model knows.
    """
    language = job.language or _ENGLISH
    if not multilingual and language != _ENGLISH:
        raise UserError(
            f"model {job.model} knows English alone, and speech.language is {language}: take a "
            "multilingual Whisper"
        )
    return language


def plain_text(text: object, duration_s: float) -> str:
    """The text as one line of printable characters.

    Raises:
        ValueError: it is no text, or far more than can be said in ``duration_s``.
    """
    if not isinstance(text, str):
        raise ValueError(f"the recogniser returned {type(text).__name__} in place of text")
    if len(text) > _FEW_CHARACTERS + _MOST_CHARACTERS_PER_S * duration_s:
        raise ValueError(
            f"the recogniser returned {len(text)} characters for {duration_s:.1f} s of audio"
        )
    return _CONTROL.sub(" ", text).strip()


def in_16_bits(waveform: np.ndarray) -> bytes:
    """A waveform, shape (samples,), as the integers that some runtimes take."""
    return (np.clip(waveform, -1.0, 1.0) * np.iinfo(np.int16).max).astype(np.int16).tobytes()


@contextmanager
def loading(engine: str, model: str, path: object):
    """What a runtime raises while it loads becomes one line, for a user.

    Raises:
        UserError: what was to be loaded, and what the runtime says.
        AttributeError, TypeError: this project's own code made them, without a runtime.
    """
    try:
        yield
    except UserError:
        raise
    except (ImportError, AttributeError, TypeError) as error:
        if _our_own(error):
            raise
        raise UserError(
            f"engine {engine}: its package lacks a call, or cannot be imported ({said(error)}); "
            "install the version that envs/recognisers.txt names"
        ) from error
    except Exception as error:  # there is no kind that runtimes do not raise
        raise UserError(
            f"model {model}: {engine} cannot load {path} ({type(error).__name__}: {said(error)}); "
            "see whether its files are whole and of this engine, or fetch them again"
        ) from error


def _our_own(error: Exception) -> bool:
    """Whether it was raised in this project's code, about nothing that a runtime lacks."""
    *_, (frame, _line) = walk_tb(error.__traceback__)
    if not str(frame.f_globals.get("__name__")).startswith(f"{_PROJECT}."):
        return False
    if isinstance(error, AttributeError):
        asked = error.obj
        name = asked.__name__ if isinstance(asked, ModuleType) else type(asked).__module__
        return name.split(".")[0] in (_PROJECT, "builtins")
    # A call that a runtime does not know is one with other arguments.
    return isinstance(error, TypeError) and "argument" not in str(error)
