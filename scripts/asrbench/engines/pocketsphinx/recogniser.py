"""PocketSphinx, whole utterances or piece by piece."""

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import interface
from asrbench.engines.interface import Transcript
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded; it computes with one thread."""
    return Recogniser(manifest)


class Recogniser(interface.Recogniser):
    """One model; its frames are of 10 ms."""

    streams = True
    declares_end = True

    def __init__(self, manifest: Manifest):
        from pocketsphinx import Decoder

        self._decoder = Decoder(
            hmm=str(manifest.files["acoustic_model"]),
            lm=str(manifest.files["language_model"]),
            dict=str(manifest.files["dictionary"]),
            loglevel="FATAL",
        )
        self.sample_rate_hz = int(self._decoder.config["samprate"])
        self.hop_length = self.sample_rate_hz // int(self._decoder.config["frate"])

    def use_threads(self, count: int) -> None:
        """Refused where it is more than one.

        Raises:
            UserError: it is.
        """
        if count != 1:
            raise UserError("pocketsphinx computes with one thread")

    def facts(self) -> dict[str, str]:
        """Threads are one."""
        return {"computes_in": "float32", "threads": "1"}

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        self._decoder.start_utt()
        try:
            # Whole, so that its means are those of the utterance and not of what came before.
            self._decoder.process_raw(interface.in_16_bits(waveform), full_utt=True)
        finally:
            self._decoder.end_utt()
        return Transcript(_text(self._decoder))

    def listen(self) -> "_Listening":
        """Begin an utterance; see :class:`asrbench.engines.interface.Recogniser`."""
        return _Listening(self._decoder, self.sample_rate_hz)


class _Listening:
    """One utterance; the means that features are normalised by follow the speech.

    PocketSphinx' detector of speech, with its own settings, hears the same beside the decoder and
    declares the end.
    """

    def __init__(self, decoder, rate_hz: int):
        from pocketsphinx import Endpointer

        self._decoder, self._detector = decoder, Endpointer(sample_rate=rate_hz)
        self._unheard, self.ended = b"", False
        decoder.start_utt()

    def feed(self, chunk: np.ndarray) -> str:
        samples = interface.in_16_bits(chunk)
        self._decoder.process_raw(samples, full_utt=False)
        self._detect(samples)
        return _text(self._decoder)

    def _detect(self, samples: bytes) -> None:
        """Give the detector its frames, all of one length."""
        self._unheard += samples
        length = self._detector.frame_bytes
        while len(self._unheard) >= length:
            frame, self._unheard = self._unheard[:length], self._unheard[length:]
            spoken = self._detector.in_speech
            self._detector.process(frame)
            self.ended |= spoken and not self._detector.in_speech

    def finish(self) -> Transcript:
        self._decoder.end_utt()
        return Transcript(_text(self._decoder))


def _text(decoder) -> str:
    found = decoder.hyp()
    return "" if found is None else found.hypstr
