"""Vosk (Kaldi's networks and graphs), whole utterances or piece by piece."""

import json
import re
from pathlib import Path

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import interface
from asrbench.engines.interface import Transcript
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

_RATE = re.compile(r"^--sample-frequency=(\d+)", re.MULTILINE)


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded; it computes with one thread."""
    return Recogniser(manifest.files["folder"])


class Recogniser(interface.Recogniser):
    """One model; its frames are of 10 ms. Beams are those of its own files."""

    streams = True
    declares_end = True

    def __init__(self, folder: Path):
        import vosk

        vosk.SetLogLevel(-1)
        said = "".join(path.read_text() for path in sorted(folder.rglob("mfcc.conf")))
        rate = _RATE.search(said)
        self.sample_rate_hz = int(rate.group(1)) if rate else 16000
        self.hop_length = self.sample_rate_hz // 100
        self._new, self._model = vosk.KaldiRecognizer, vosk.Model(str(folder))

    def use_threads(self, count: int) -> None:
        """Refused where it is more than one.

        Raises:
            UserError: it is.
        """
        if count != 1:
            raise UserError("vosk computes with one thread")

    def facts(self) -> dict[str, str]:
        """Threads are one."""
        return {"computes_in": "float32", "threads": "1"}

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        session = self.listen()
        session.feed(waveform)
        return session.finish()

    def listen(self) -> "_Listening":
        """Begin an utterance; see :class:`asrbench.engines.interface.Recogniser`."""
        return _Listening(self._new(self._model, self.sample_rate_hz))


class _Listening:
    """One utterance. Where Vosk declares an end, it begins anew and what it had found stays."""

    def __init__(self, recogniser):
        self._recogniser, self._found, self.ended = recogniser, [], False

    def feed(self, chunk: np.ndarray) -> str:
        if self._recogniser.AcceptWaveform(interface.in_16_bits(chunk)):
            self.ended = True
            self._found.append(json.loads(self._recogniser.Result())["text"])
            return " ".join(self._found)
        return self._joined(json.loads(self._recogniser.PartialResult())["partial"])

    def finish(self) -> Transcript:
        return Transcript(self._joined(json.loads(self._recogniser.FinalResult())["text"]))

    def _joined(self, last: str) -> str:
        return " ".join(text for text in (*self._found, last) if text)
