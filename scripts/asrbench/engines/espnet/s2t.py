"""A multilingual ESPnet model with tokens of language and task (OWSM), decoded as speech in text.

What runs is ``espnet2.bin.s2t_inference.Speech2Text`` as ESPnet ships it, which pads each
waveform to the length that the model was trained with (30 s for OWSM) or cuts it there.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from asrbench.engines.espnet import language_token, on_torch, recogniser
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.interface import Transcript
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

TASK = "<asr>"  # in text of the same language


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded.

    Args:
        threads: of torch.
        beside: a recogniser of the same build, whose model and clocks are used.
    """
    on_torch.use_threads(threads)
    return Recogniser(manifest, job, beside)


class Recogniser(recogniser.Recogniser):
    """One model, a CTC weight and a beam size; :class:`recogniser.Recogniser` has the clocks."""

    def __init__(self, manifest: Manifest, job: Job, beside=None):
        self._job = job
        super().__init__(manifest, job.axes or {}, job.tokens_per_second, beside=beside)
        settings = self.speech2text.preprocessor_conf
        self._samples = int(settings["fs"] * settings["speech_length"])

    def _searching(self, manifest: Manifest, asked: Mapping[str, Any]):
        espnet_model.check(self.model, manifest.name, asked)
        return espnet_model.around(
            manifest,
            self._loaded,
            "espnet2.bin.s2t_inference.Speech2Text",
            self.processor.torch_device,
            lang_sym=language_token.of(self._job, self.model.token_list),
            task_sym=TASK,
            **espnet_model.search_settings(asked),
        )

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`.

        Raises:
            ValueError: it is longer than the model hears, and ESPnet would cut off its end.
        """
        self._check_length(waveform)
        return super().decode(waveform)

    def encode(self, waveform: np.ndarray) -> np.ndarray:
        """The encoder's output for one waveform, padded; shape (encoder steps, features)."""
        self._check_length(waveform)
        return super().encode(np.pad(waveform, (0, self._samples - len(waveform))))

    def _check_length(self, waveform: np.ndarray) -> None:
        if len(waveform) > self._samples:
            heard_s, given_s = (n / self.sample_rate_hz for n in (self._samples, len(waveform)))
            raise ValueError(
                f"the model hears {heard_s:g} s, and the utterance has {given_s:.1f} s: set "
                f"speech.longest_s to {heard_s:g} and speech.longer to cut"
            )

    def _told(self, result: tuple) -> tuple[str, int, list[int]]:
        _text, tokens, _ids, plain, hypothesis = result
        words = without_special(tokens)
        # Before the words stand the tokens of start, language, task and of no times.
        return espnet_model.text_of((plain, words)), len(words), hypothesis.yseq.tolist()[3:]


def without_special(tokens: list[str]) -> list[str]:
    """Those that are no token of language, task or time, as ESPnet tells them apart."""
    return [token for token in tokens if not (token[0] == "<" and token[-1] == ">")]
