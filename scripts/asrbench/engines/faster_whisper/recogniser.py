"""Whisper by faster-whisper, that is by CTranslate2."""

from collections import Counter

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import interface, processor
from asrbench.engines.faster_whisper import weights
from asrbench.engines.interface import Transcript
from asrbench.engines.part_timers import PartClocks
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded.

    Args:
        beside: a recogniser of the same build, whose model is used.
    """
    return Recogniser(manifest, job, threads, beside)


class Recogniser(interface.Recogniser):
    """One model with one beam. Inputs are padded to 30 s by Whisper itself."""

    def __init__(self, manifest: Manifest, job: Job, threads: int, beside=None):
        axes = job.axes or {}
        self._path, self._threads = manifest.files["model"], threads
        self._precision, self._beam_size = str(axes["precision"]), int(axes["beam_size"])
        self.processor = processor.of(axes)
        if beside is None:
            self._stored = _stored_as(manifest, self._precision)
            self._load()
        else:
            self._stored, self._model, self.clocks = beside._stored, beside._model, beside.clocks
        self.sample_rate_hz = self._model.feature_extractor.sampling_rate
        self.hop_length = self._model.feature_extractor.hop_length
        self._language = interface.language_of(job, self._model.model.is_multilingual)

    def _load(self) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(
            str(self._path.parent),
            device=self.processor.name,
            compute_type=self._precision,
            cpu_threads=self._threads,
            local_files_only=True,
        )
        self.clocks = PartClocks()
        self.clocks.watch(self._model, ["encode"], "encode")
        self.clocks.watch(self._model, ["generate_with_fallback"], "search")

    def use_threads(self, count: int) -> None:
        """Load the model again, since CTranslate2 sets threads when it loads."""
        if count != self._threads:
            self._threads = count
            self._load()

    def facts(self) -> dict[str, str]:
        """The type that CTranslate2 chose, and what the file holds."""
        return {
            "computes_in": self._model.model.compute_type,
            "stored_as": self._stored,
            "threads": str(self._threads),
            **self.processor.facts(),
        }

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        self.clocks.start()
        segments, _info = self._model.transcribe(
            waveform,
            language=self._language,
            beam_size=self._beam_size,
            temperature=0.0,  # no second try at another temperature
            without_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=False,
        )
        found = list(segments)  # a generator: nothing was decoded yet
        return Transcript(
            text="".join(segment.text for segment in found),
            tokens=sum(len(segment.tokens) for segment in found),
            encode_s=self.clocks.spent_s("encode"),
            search_s=self.clocks.spent_s("search"),
        )


def _stored_as(manifest: Manifest, asked: str) -> str:
    """The type of most numbers in the file.

    Raises:
        UserError: they have fewer bits than what is asked for, and no bits can be put back.
    """
    elements: Counter[str] = Counter()
    for tensor in weights.tensors(manifest.files["model"]):
        elements[tensor.stored_as] += tensor.elements
    stored = elements.most_common(1)[0][0]
    if stored == "int8" and asked != "int8":
        raise UserError(
            f"model {manifest.name}: its file holds int8 and precision is {asked}: set precision "
            "to int8, or give a file of float16 or float32"
        )
    return stored
