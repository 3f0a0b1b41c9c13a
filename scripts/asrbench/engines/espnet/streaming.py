"""An ESPnet model with a block-processing encoder, decoded as speech comes in.

What runs is ``espnet2.bin.asr_inference_streaming.Speech2TextStreaming``.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import search_end
from asrbench.engines.espnet import front_end, on_torch
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.interface import Transcript
from asrbench.engines.part_timers import PartClocks
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded.

    Args:
        threads: of torch.
        beside: a recogniser of the same build, whose model is used.
    """
    on_torch.use_threads(threads)
    return Recogniser(manifest, job.axes or {}, beside)


class Recogniser(on_torch.Recogniser):
    """One model with one CTC weight and beam size.

    Args:
        manifest: the model's files on disk.
        asked: axes of build and decoding.
        beside: another recogniser of the same build, whose model this one uses.
    """

    streams = True

    def __init__(self, manifest: Manifest, asked: Mapping[str, Any], beside=None):
        super().__init__(manifest, asked, beside)
        encoder = self.model.encoder
        if not hasattr(encoder, "look_ahead"):
            raise UserError(
                f"model {manifest.name}: its encoder, a {type(encoder).__name__}, needs "
                "the whole utterance: set its engine to espnet"
            )
        front_end.check_in_pieces(self.model, manifest.name)
        espnet_model.check(self.model, manifest.name, asked)
        self.speech2text = espnet_model.around(
            manifest,
            self._loaded,
            "espnet2.bin.asr_inference_streaming.Speech2TextStreaming",
            self.processor.torch_device,
            ctc_weight=float(asked["ctc_weight"]),
            beam_size=int(asked["beam_size"]),
            lm_weight=0.0,
        )
        step_s = encoder.subsample * self.hop_length / self.sample_rate_hz
        self.lookahead_s = (encoder.hop_size + encoder.look_ahead) * step_s
        self.clocks.watch(self.model, ["_extract_feats"], "encode")
        self.clocks.watch(encoder, ["forward"], "encode")
        self.clocks.watch(self.speech2text.beam_search, ["forward"], "search")

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        session = self.listen()
        return session.end_with(waveform)

    def listen(self) -> "_Listening":
        """Begin an utterance; see :class:`asrbench.engines.interface.Recogniser`."""
        self.speech2text.reset()
        self.clocks.start()
        return _Listening(self.speech2text, self.clocks)


class _Listening:
    """One utterance. ESPnet ends it with its last samples, so that one piece is held back."""

    ended = False

    def __init__(self, speech2text, clocks: PartClocks):
        self._speech2text, self._clocks, self._text = speech2text, clocks, ""

    def feed(self, chunk: np.ndarray) -> str:
        found = self._speech2text(chunk, is_final=False)
        if found:
            self._text = espnet_model.text_of(found[0])
        return self._text

    def finish(self) -> Transcript:
        return self.end_with(np.zeros(0, np.float32))

    def end_with(self, samples: np.ndarray) -> Transcript:
        """The last samples, shape (samples,), and the end of the utterance."""
        found = self._speech2text(samples, is_final=True)
        encode_s, search_s = map(self._clocks.spent_s, ("encode", "search"))
        if not found:
            return Transcript("", 0, None, encode_s, search_s, ended=search_end.EMPTY)
        _told, tokens, _ids, hypothesis = found[0]
        score = float(hypothesis.score)
        return Transcript(espnet_model.text_of(found[0]), len(tokens), score, encode_s, search_s)
