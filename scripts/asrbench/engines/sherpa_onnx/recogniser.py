"""Transducers, CTC models, Whisper and Moonshine by sherpa-onnx, whole or piece by piece."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import interface, processor
from asrbench.engines.interface import Transcript
from asrbench.engines.sherpa_onnx import files, metadata
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

# Frames of a chunk that a streaming model waits for; one with this key streams.
_CHUNK = "decode_chunk_len"
_FRAMES_PER_S = 100
_GENERAL = ("tokens", "num_threads", "provider")


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded; ``beside`` is of no use, since a beam belongs to the model."""
    return Recogniser(manifest, job, threads)


class Recogniser(interface.Recogniser):
    """One model with one beam; a streaming model is given the whole utterance."""

    def __init__(self, manifest: Manifest, job: Job, threads: int):
        axes = job.axes or {}
        self._beam_size, self._precision = int(axes["beam_size"]), str(axes["precision"])
        self.processor = processor.of(axes)
        self._files = files.chosen(manifest.files, job.model, self._precision)
        self._kind, self._tokens = files.kind_of(manifest.files), manifest.files["tokens"]
        self._language, self._threads, self._model = interface.language_of(job), threads, job.model
        self._load()

    def _load(self) -> None:
        if self._kind != "transducer" and self._beam_size != 1:
            raise UserError(
                f"model {self._model}: sherpa-onnx decodes a {self._kind} model greedily; set its "
                "beam_size to 1"
            )
        # A model for CTC has one network; no other kind without an encoder of that name streams.
        encoder = self._files.get("encoder") or next(iter(self._files.values()))
        streams = metadata.value(encoder, _CHUNK)
        self.streams = self.declares_end = streams is not None
        self.lookahead_s = int(streams) / _FRAMES_PER_S if streams else None
        self._recogniser = _built(self._kind, self._arguments(), self.streams)

    def _arguments(self) -> dict[str, Any]:
        given: dict[str, Any] = {name: str(path) for name, path in self._files.items()}
        given |= {"tokens": str(self._tokens), "num_threads": self._threads}
        given["provider"] = self.processor.name
        if self._kind == "transducer" and self._beam_size > 1:
            given |= {
                "decoding_method": "modified_beam_search",
                "max_active_paths": self._beam_size,
            }
        if self._kind == "whisper":
            given["language"] = self._language
        return given

    def use_threads(self, count: int) -> None:
        """Load the model again, since ONNX Runtime sets threads when it loads."""
        if count != self._threads:
            self._threads = count
            self._load()

    def facts(self) -> dict[str, str]:
        """Kind of the model, type of its files and threads."""
        return {
            "computes_in": self._precision,
            "kind": self._kind,
            "streams": "yes" if self.streams else "no",
            "threads": str(self._threads),
            **self.processor.facts(),
        }

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        if self.streams:
            session = self.listen()
            session.feed(waveform)
            return session.finish()
        stream = self._recogniser.create_stream()
        stream.accept_waveform(self.sample_rate_hz, waveform)
        self._recogniser.decode_stream(stream)
        found = stream.result
        return Transcript(found.text, len(found.tokens) or None)

    def listen(self) -> "_Listening":
        """Begin an utterance; see :class:`asrbench.engines.interface.Recogniser`."""
        return _Listening(self._recogniser, self.sample_rate_hz, self.lookahead_s or 0.0)


class _Listening:
    """One utterance of a streaming model."""

    def __init__(self, recogniser, rate_hz: int, chunk_s: float):
        self._recogniser, self._rate_hz = recogniser, rate_hz
        self._stream, self.ended = recogniser.create_stream(), False
        # The last words come out only when a whole chunk follows them.
        self._silence = np.zeros(round(chunk_s * rate_hz), np.float32)

    def feed(self, chunk: np.ndarray) -> str:
        self._stream.accept_waveform(self._rate_hz, chunk)
        text = self._decoded()
        self.ended |= self._recogniser.is_endpoint(self._stream)
        return text

    def finish(self) -> Transcript:
        self._stream.accept_waveform(self._rate_hz, self._silence)
        self._stream.input_finished()
        text = self._decoded()
        return Transcript(text, len(self._recogniser.tokens(self._stream)) or None)

    def _decoded(self) -> str:
        while self._recogniser.is_ready(self._stream):
            self._recogniser.decode_stream(self._stream)
        return self._recogniser.get_result(self._stream)


def _built(kind: str, given: Mapping[str, Any], streams: bool):
    import sherpa_onnx

    offline, online = sherpa_onnx.OfflineRecognizer, sherpa_onnx.OnlineRecognizer
    if streams:  # by its own rules, after which an utterance goes on unless it is begun anew
        given = {**given, "enable_endpoint_detection": True}
    if kind == "transducer":
        return (online if streams else offline).from_transducer(**given)
    if kind == "whisper":
        return offline.from_whisper(**given)
    if kind == "ctc":
        maker = online.from_zipformer2_ctc if streams else offline.from_zipformer_ctc
        return maker(**given)
    if kind == "moonshine":
        given = {
            **{name: value for name, value in given.items() if name in _GENERAL},
            "preprocessor": given["preprocess"],
            "encoder": given["encode"],
            "uncached_decoder": given["uncached_decode"],
            "cached_decoder": given["cached_decode"],
        }
        return offline.from_moonshine(**given)
    own = {"encoder": given["encoder_model"], "decoder": given["decoder_model_merged"]}
    rest = {name: given[name] for name in _GENERAL}
    return offline.from_moonshine_v2(**own, **rest)
