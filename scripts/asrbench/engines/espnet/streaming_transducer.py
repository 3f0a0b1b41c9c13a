"""A transducer of ESPnet's task of its own (``asr_transducer``), whole or as speech comes in.

What runs is ``espnet2.bin.asr_transducer_inference.Speech2Text``, at its own settings: a window of
640 ms, and 32 encoder steps of what was before. Whole utterances are encoded with all of their
context, as that class does it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from asrbench.engines import search_end
from asrbench.engines.espnet import front_end, on_torch
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.interface import Transcript
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded.

    Args:
        threads: of torch.
        beside: a recogniser of the same build, whose model and clocks are used.
    """
    on_torch.use_threads(threads)
    return Recogniser(manifest, job.axes or {}, beside)


class Recogniser(on_torch.Recogniser):
    """One model with one beam size.

    Args:
        manifest: the model's files on disk.
        asked: axes of build and decoding.
        beside: another recogniser of the same build, whose model and clocks this one uses.
    """

    streams = True

    def __init__(self, manifest: Manifest, asked: Mapping[str, Any], beside=None):
        super().__init__(manifest, asked, beside)
        front_end.check_in_pieces(self.model, manifest.name)
        espnet_model.check_beam(self.model, manifest.name, int(asked["beam_size"]))
        # Before the class, which keeps the method for its pieces.
        self.clocks.watch(self.model, ["_extract_feats"], "encode")
        self.clocks.watch(self.model.encoder, ["forward", "chunk_forward"], "encode")
        self.clocks.watch(self.model.decoder, ["score", "batch_score"], "decoder")
        self.speech2text = espnet_model.around(
            manifest,
            self._loaded,
            "espnet2.bin.asr_transducer_inference.Speech2Text",
            self.processor.torch_device,
            beam_size=int(asked["beam_size"]),
            streaming=True,
        )
        self.clocks.watch(self.speech2text.beam_search, ["search_algorithm"], "search")
        self.window = self.speech2text.audio_processor.decoding_samples
        self.lookahead_s = (2 * self.window - self._covered()) / self.sample_rate_hz

    def _covered(self) -> int:
        """Samples whose encoder steps are out after the first window; the rest wait for the next.

        The class drops frames at the end of a window and the last step, which it computes again.
        """
        self.listen().feed(np.zeros(self.window, np.float32))
        steps = int(self.speech2text.num_processed_frames) + 1  # it drops the very first one too
        return steps * self.model.encoder.embed.subsampling_factor * self.hop_length

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        self._begin()
        return self._transcript(self.speech2text(waveform))

    def listen(self) -> "_Listening":
        """Begin an utterance; see :class:`asrbench.engines.interface.Recogniser`."""
        self._begin()
        return _Listening(self)

    def _begin(self) -> None:
        self.speech2text.reset_streaming_cache()  # of one that was left, or failed
        self.clocks.start()

    def text_of(self, hypotheses: list) -> str:
        """What the best of them says; before the end the class gives them in no order."""
        return espnet_model.text_of(self._results(hypotheses)[0])

    def _results(self, hypotheses: list) -> list[tuple]:
        ranked = self.speech2text.beam_search.sort_nbest(list(hypotheses))
        return self.speech2text.hypotheses_to_results(ranked)

    def _transcript(self, hypotheses: list) -> Transcript:
        result = self._results(hypotheses)[0]
        _text, tokens, _ids, hypothesis = result
        parts_s = {
            f"{part}_s": self.clocks.spent_s(part) for part in ("encode", "search", "decoder")
        }
        return Transcript(
            espnet_model.text_of(result),
            len(tokens),
            float(hypothesis.score),
            **parts_s,
            ended=search_end.BY_ITSELF if tokens else search_end.EMPTY,
        )


class _Listening:
    """One utterance. The class decodes it in windows, and what is left of the last at the end."""

    ended = False

    def __init__(self, recogniser: Recogniser):
        self._recogniser, self._text = recogniser, ""
        self._waiting = np.zeros(0, np.float32)

    def feed(self, chunk: np.ndarray) -> str:
        self._waiting, window = np.concatenate((self._waiting, chunk)), self._recogniser.window
        while len(self._waiting) >= window:
            piece, self._waiting = self._waiting[:window], self._waiting[window:]
            found = self._recogniser.speech2text.streaming_decode(piece, is_final=False)
            self._text = self._recogniser.text_of(found)
        return self._text

    def finish(self) -> Transcript:
        found = self._recogniser.speech2text.streaming_decode(self._waiting, is_final=True)
        return self._recogniser._transcript(found)
