"""A multilingual ESPnet model with CTC alone (OWSM-CTC): the best token of each frame.

What runs is ``espnet2.bin.s2t_inference_ctc.Speech2TextGreedySearch`` as ESPnet ships it. It takes
a waveform of any length as it is.
"""

import numpy as np

from asrbench.engines import search_end
from asrbench.engines.espnet import language_token, on_torch
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.espnet.s2t import TASK, without_special
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
    return Recogniser(manifest, job, beside)


class Recogniser(on_torch.Recogniser):
    """One model, which has no search."""

    def __init__(self, manifest: Manifest, job: Job, beside=None):
        super().__init__(manifest, job.axes or {}, beside)
        self.speech2text = espnet_model.around(
            manifest,
            self._loaded,
            "espnet2.bin.s2t_inference_ctc.Speech2TextGreedySearch",
            self.processor.torch_device,
            lang_sym=language_token.of(job, self.model.token_list),
            task_sym=TASK,
        )
        self._nothing_before = np.array([self.model.na])
        self.clocks.watch(self.model, ["encode"], "encode")
        self.clocks.watch(self.model.ctc, ["argmax"], "ctc")
        self.clocks.watch(self.speech2text, ["_decode_single_sample"], "search")

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        self.clocks.start()
        [(_text, tokens, _ids, plain, _none)] = self.speech2text(
            waveform, text_prev=self._nothing_before
        )
        words = without_special(tokens)
        encode_s, search_s, ctc_s = map(self.clocks.spent_s, ("encode", "search", "ctc"))
        ended = search_end.BY_ITSELF if words else search_end.EMPTY
        parts_s = {"encode_s": encode_s, "search_s": search_s, "ctc_s": ctc_s}
        text = espnet_model.text_of((plain, words))
        return Transcript(text, len(words), **parts_s, ended=ended)
