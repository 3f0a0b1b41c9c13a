"""An ESPnet model with its search, from waveform to text, timed in its parts.

What runs is ``espnet2.bin.asr_inference.Speech2Text`` as ESPnet ships it.
The clocks stand around its own calls: the model's ``encode`` (front end and
encoder), the beam search, and in the search the scorers of the attention
decoder and of the CTC head. What is left of the search is its bookkeeping.
"""

import math
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from asrbench.engines import catalogue, search_end
from asrbench.engines.espnet import language_model, on_torch, precision
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.interface import Transcript
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

# What a search calls of a scorer: ESPnet's (espnet.nets.scorer_interface), then espnet_fast's.
_SCORER_METHODS = [
    *("init_state", "batch_init_state", "select_state", "score", "batch_score"),
    *("score_partial", "batch_score_partial", "final_score", "begin", "keep", "log_softmax"),
]


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded.

    Args:
        threads: of torch.
        beside: a recogniser of the same build, whose model and clocks are used.
    """
    on_torch.use_threads(threads)
    return Recogniser(manifest, job.axes or {}, job.tokens_per_second, beside=beside)


class Recogniser(on_torch.Recogniser):
    """One variant: a model, a CTC weight and a beam size.

    Args:
        manifest: the model's files on disk.
        asked: axes of build and decoding; see :mod:`asrbench.study.axes`. ``beam_size`` must be
            there; engine and precision are by default espnet and float32.
        tokens_per_second: for random weights, the length of the output.
        beside: another recogniser of the same build, whose model and clocks this one uses.
        clocks_in_search: whether the scorers are timed one by one; without,
            ``decoder_s`` and ``ctc_s`` are 0 (which is how the clocks' own
            cost is measured).

    Raises:
        UserError: the files do not fit together, or the model cannot decode this way.
    """

    def __init__(
        self,
        manifest: Manifest,
        asked: Mapping[str, Any],
        tokens_per_second: float | None = None,
        clocks_in_search: bool = True,
        beside: "Recogniser | None" = None,
    ):
        asked = {"engine": "espnet", "precision": "float32", **asked}
        super().__init__(manifest, asked, beside)
        self._lm: tuple | None = getattr(beside, "_lm", None)
        self.speech2text = self._searching(manifest, asked)
        self.tokens_per_second = tokens_per_second
        self._note_steps()
        self._put_clocks(clocks_in_search)

    def _searching(self, manifest: Manifest, asked: Mapping[str, Any]):
        """ESPnet's class with its search, around the loaded model."""
        with_lm = float(asked.get("lm_weight", 0.0)) > 0
        if with_lm and self._lm is None:
            self._lm = language_model.loaded(manifest, self.precision)
        found = espnet_model.speech2text(
            manifest,
            self._loaded,
            asked,
            self._lm if with_lm else None,
            self.processor.torch_device,
        )
        for module in catalogue.ENGINES[str(asked["engine"])].modules:
            found.beam_search = import_module(module).in_place_of(found.beam_search)
        return found

    def _note_steps(self) -> None:
        """Have the search leave here how long its input was, which sets its longest output."""
        search = self.speech2text.beam_search
        if search is None:
            return  # a transducer's, which has no longest length
        forward = search.forward

        def noted(x, *args, **kwargs):
            self._steps = len(x)
            return forward(x, *args, **kwargs)

        search.forward = noted

    def _put_clocks(self, in_search: bool) -> None:
        self.clocks.watch(self.model, ["encode"], "encode")
        search = self.speech2text.beam_search
        if search is None:
            self.clocks.watch(
                self.speech2text.beam_search_transducer, ["search_algorithm"], "search"
            )
            if in_search:
                self.clocks.watch(self.model.decoder, ["score", "batch_score"], "decoder")
            return
        # The search is a module and is called as one, which goes through forward.
        self.clocks.watch(search, ["forward"], "search")
        if in_search:
            for part, scorer in search.scorers.items():
                self.clocks.watch(scorer, _SCORER_METHODS, part)

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        if self.tokens_per_second is not None:
            seconds = len(waveform) / self.sample_rate_hz
            tokens = max(1, round(self.tokens_per_second * seconds))
            self.speech2text.maxlenratio = -tokens
        self.clocks.start()
        results = self.speech2text(waveform)
        parts_s = {
            f"{part}_s": self.clocks.spent_s(part)
            for part in ("encode", "search", "decoder", "ctc")
        }
        search = self.speech2text.beam_search
        if search is not None and "lm" in search.scorers:
            parts_s["lm_s"] = self.clocks.spent_s("lm")
        if isinstance(results, tuple):
            results = results[0]  # the rest is what intermediate CTC heads would say
        if not results:
            return Transcript("", 0, None, **parts_s, ended=search_end.EMPTY)
        text, tokens, sequence = self._told(results[0])
        score = float(results[0][-1].score)
        return Transcript(
            text=text,
            tokens=tokens,
            score=score if math.isfinite(score) else None,
            **parts_s,
            ended=self._ended(sequence, tokens),
        )

    def _told(self, result: tuple) -> tuple[str, int, list[int]]:
        """Text and number of tokens of a result, and its tokens from start to end."""
        _text, tokens, _ids, hypothesis = result
        return espnet_model.text_of(result), len(tokens), list(hypothesis.yseq)

    def encode(self, waveform: np.ndarray) -> np.ndarray:
        """The encoder's output for one waveform.

        Args:
            waveform: shape (samples,), float32, at the model's sample rate.

        Returns:
            Shape (encoder steps, features), float32.
        """
        import torch

        device = self.processor.torch_device
        speech, length = torch.from_numpy(waveform)[None], torch.tensor([len(waveform)])
        with torch.no_grad():
            output, _lengths = self.model.encode(
                speech=speech.to(device), speech_lengths=length.to(device)
            )
        if isinstance(output, tuple):
            output = output[0]  # the rest are intermediate CTC outputs
        return output[0].float().cpu().numpy()

    def transcribe_encoded(self, output: np.ndarray) -> Transcript:
        """Decode from an encoder output, as :meth:`encode` gives it, in place of a waveform.

        Args:
            output: shape (encoder steps, features), float32.
        """
        import torch

        device = self.processor.torch_device
        speech = torch.from_numpy(output).to(device, precision.of_outputs(self.model))
        encoded = speech[None], torch.tensor([len(output)], device=device)
        encode, per_second = self.model.encode, self.tokens_per_second
        self.model.encode, self.tokens_per_second = lambda **_batch: encoded, None
        try:
            return self.transcribe(np.zeros(1, np.float32))
        finally:
            self.model.encode, self.tokens_per_second = encode, per_second

    def _ended(self, sequence: list[int], tokens: int) -> str:
        if self.speech2text.beam_search is None:
            return search_end.BY_ITSELF if tokens else search_end.EMPTY
        most = search_end.longest(self.speech2text.maxlenratio, self._steps)
        return search_end.of(sequence, most)
