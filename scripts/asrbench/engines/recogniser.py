"""An ESPnet model with its search, from waveform to text, timed in its parts.

What runs is ``espnet2.bin.asr_inference.Speech2Text`` as ESPnet ships it.
The clocks stand around its own calls: the model's ``encode`` (front end and
encoder), the beam search, and in the search the scorers of the attention
decoder and of the CTC head. What is left of the search is its bookkeeping.
"""

import contextlib
import io
import math
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import catalogue, espnet_import, precision, search_end
from asrbench.engines.part_timers import PartClocks
from asrbench.sources import packed_model, permitted_parts
from asrbench.sources.manifest import Manifest

# Random weights are drawn from this seed, so that every process times the same network.
WEIGHTS_SEED = 0

# What a search calls of a scorer: ESPnet's (espnet.nets.scorer_interface), then espnet_fast's.
_SCORER_METHODS = [
    *("init_state", "batch_init_state", "select_state", "score", "batch_score"),
    *("score_partial", "batch_score_partial", "final_score", "begin", "keep"),
]


@dataclass(frozen=True)
class Transcript:
    """What one utterance gave.

    ``latency_s`` is wall time from a waveform in memory to text; ``encode_s``
    and ``search_s`` are parts of it, ``decoder_s`` and ``ctc_s`` (scoring by
    the attention decoder and by the CTC head) are parts of ``search_s``.
    ``score`` is the search's log score, None where the search gave no
    hypothesis at all (``text`` is then empty). ``ended`` is how the search came to its
    end, one of those in :mod:`asrbench.engines.search_end`.
    """

    text: str
    tokens: int
    score: float | None
    encode_s: float
    search_s: float
    decoder_s: float
    ctc_s: float
    latency_s: float
    ended: str


class Recogniser:
    """One variant: a model, a CTC weight and a beam size.

    Args:
        manifest: the model's files on disk.
        ctc_weight: share of the CTC score, 0 to 1; a number, or one as text.
        beam_size: hypotheses kept at each step.
        tokens_per_second: for random weights, the length of the output.
        engine: whose search decodes, of :mod:`asrbench.engines.catalogue`.
        precision: what the model computes in; see :mod:`asrbench.engines.precision`.
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
        ctc_weight: float | str,
        beam_size: int,
        tokens_per_second: float | None = None,
        clocks_in_search: bool = True,
        engine: str = "espnet",
        precision: str = "float32",
        beside: "Recogniser | None" = None,
    ):
        self._loaded: tuple = beside._loaded if beside else _loaded(manifest, precision)
        self.speech2text = _speech2text(
            manifest, self._loaded, float(ctc_weight), beam_size, precision
        )
        for module in catalogue.MODULES[engine]:
            search = import_module(module)
            self.speech2text.beam_search = search.in_place_of(self.speech2text.beam_search)
        self.model = self.speech2text.asr_model
        self.hop_length, self.sample_rate_hz = front_end(self.model, manifest.name)
        self.tokens_per_second = tokens_per_second
        self._note_steps()
        self.clocks: PartClocks = beside.clocks if beside else PartClocks()
        self._put_clocks(clocks_in_search)

    def _note_steps(self) -> None:
        """Have the search leave here how long its input was, which sets its longest output."""
        search = self.speech2text.beam_search
        forward = search.forward

        def noted(x, *args, **kwargs):
            self._steps = len(x)
            return forward(x, *args, **kwargs)

        search.forward = noted

    def _put_clocks(self, in_search: bool) -> None:
        search = self.speech2text.beam_search
        self.clocks.watch(self.model, ["encode"], "encode")
        # The search is a module and is called as one, which goes through forward.
        self.clocks.watch(search, ["forward"], "search")
        if in_search:
            for part, scorer in search.scorers.items():
                self.clocks.watch(scorer, _SCORER_METHODS, part)

    def frames(self, samples: int) -> int:
        """Steps of the model's front end for a waveform of that many samples."""
        return samples // self.hop_length + 1

    def samples_for(self, frames: int) -> int:
        """The shortest waveform, in samples, that gives that many frames."""
        return (frames - 1) * self.hop_length

    def transcribe(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform.

        Args:
            waveform: shape (samples,), float32, at the model's sample rate.
        """
        if self.tokens_per_second is not None:
            seconds = len(waveform) / self.sample_rate_hz
            tokens = max(1, round(self.tokens_per_second * seconds))
            self.speech2text.maxlenratio = -tokens
        return self._transcribe(waveform)

    def encode(self, waveform: np.ndarray) -> np.ndarray:
        """The encoder's output for one waveform.

        Args:
            waveform: shape (samples,), float32, at the model's sample rate.

        Returns:
            Shape (encoder steps, features), float32.
        """
        import torch

        speech, length = torch.from_numpy(waveform)[None], torch.tensor([len(waveform)])
        with torch.no_grad():
            output, _lengths = self.model.encode(speech=speech, speech_lengths=length)
        if isinstance(output, tuple):
            output = output[0]  # the rest are intermediate CTC outputs
        return output[0].float().numpy()

    def transcribe_encoded(self, output: np.ndarray) -> Transcript:
        """Decode from an encoder output, as :meth:`encode` gives it, in place of a waveform.

        Args:
            output: shape (encoder steps, features), float32.
        """
        import torch

        speech = torch.from_numpy(output).to(precision.of_outputs(self.model))
        encoded = speech[None], torch.tensor([len(output)])
        encode = self.model.encode
        self.model.encode = lambda **_batch: encoded
        try:
            return self._transcribe(np.zeros(1, np.float32))
        finally:
            self.model.encode = encode

    def _transcribe(self, waveform: np.ndarray) -> Transcript:
        self.clocks.start()
        began = time.perf_counter()
        results = self.speech2text(waveform)
        latency_s = time.perf_counter() - began
        parts_s = {
            f"{part}_s": self.clocks.spent_s(part)
            for part in ("encode", "search", "decoder", "ctc")
        }
        if isinstance(results, tuple):
            results = results[0]  # the rest is what intermediate CTC heads would say
        if not results:
            return Transcript("", 0, None, **parts_s, latency_s=latency_s, ended=search_end.EMPTY)
        text, tokens, _ids, hypothesis = results[0]
        score = float(hypothesis.score)
        most = search_end.longest(self.speech2text.maxlenratio, self._steps)
        return Transcript(
            text=text if text is not None else " ".join(tokens),
            tokens=len(tokens),
            score=score if math.isfinite(score) else None,
            **parts_s,
            latency_s=latency_s,
            ended=search_end.of(hypothesis.yseq.tolist(), most),
        )


def load_model(manifest: Manifest, in_precision: str = "float32"):
    """The bare ESPnet model of a manifest, in evaluation mode, with its weights.

    Returns:
        An ``espnet2.asr.espnet_model.ESPnetASRModel``.
    """
    return _loaded(manifest, in_precision)[0]


def _loaded(manifest: Manifest, in_precision: str):
    """The model, and the arguments of its training, as ESPnet's builder gives them."""
    import torch

    ASRTask = espnet_import.load("espnet2.tasks.asr").ASRTask
    torch.manual_seed(WEIGHTS_SEED)
    model, arguments = _built(ASRTask.build_model_from_file, manifest, manifest.config, None)
    if manifest.weights == "trained":
        from asrbench.engines import checkpoint

        if manifest.checkpoint is None:
            raise UserError(
                f"model {manifest.name}: its manifest names no checkpoint; run fetch_model.py again"
            )
        checkpoint.load_into(model, manifest.checkpoint)
    return precision.applied(model.eval(), in_precision), arguments


def _speech2text(
    manifest: Manifest, loaded: tuple, ctc_weight: float, beam_size: int, in_precision: str
):
    ASRTask = espnet_import.load("espnet2.tasks.asr").ASRTask
    Speech2Text = espnet_import.load("espnet2.bin.asr_inference").Speech2Text

    # The constructor builds its search around the parts of the model that it builds. It gets
    # the one that has its weights and its precision already, in place of building one.
    model = loaded[0]
    build = ASRTask.build_model_from_file
    ASRTask.build_model_from_file = lambda *_arguments: loaded
    try:
        speech2text = _built(
            Speech2Text,
            manifest,
            asr_train_config=str(manifest.config),
            asr_model_file=None,
            ctc_weight=ctc_weight,
            beam_size=beam_size,
            lm_weight=0.0,
        )
    finally:
        ASRTask.build_model_from_file = build
    precision.cast(model, in_precision)  # the constructor has turned all into float32
    if speech2text.beam_search is None:
        raise UserError(
            f"model {manifest.name} has no CTC/attention search (it is a transducer or the like); "
            "only hybrid CTC/attention, attention and CTC models can be variants"
        )
    if ctc_weight < 1 and model.decoder is None:
        raise UserError(
            f"model {manifest.name} has no attention decoder: set its ctc_weights to [1.0]"
        )
    if ctc_weight > 0 and model.ctc is None:
        raise UserError(f"model {manifest.name} has no CTC head: set its ctc_weights to [0.0]")
    if beam_size > model.vocab_size:
        raise UserError(
            f"decoding.beam_size is {beam_size}, and model {manifest.name} has "
            f"{model.vocab_size} tokens to choose from: set it to at most {model.vocab_size}"
        )
    return speech2text


def _built(builder, manifest: Manifest, *args, **kwargs):
    """Call one of ESPnet's builders; what it says of a bad configuration becomes one line."""
    permitted_parts.check(packed_model.read_config(manifest.config), manifest.config)
    cannot = f"{manifest.config}: ESPnet cannot build model {manifest.name} from it"
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # of what it says before it raises
            return builder(*args, **kwargs)
    except ImportError as error:
        raise UserError(
            f"{cannot} without the package {error.name or 'that it names'} ({_said(error)}); "
            "install it into the environment, or use another model"
        ) from error
    except Exception as error:  # there is no kind that it does not raise
        raise UserError(
            f"{cannot} ({type(error).__name__}: {_said(error)}); give the config.yaml of an ESPnet "
            "ASR training"
        ) from error


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or "no message"


def front_end(model, name: str) -> tuple[int, int]:
    """Hop length in samples and sample rate in Hz of the model's front end."""
    front_end: Any = getattr(model, "frontend", None)
    hop_length = getattr(front_end, "hop_length", None)
    transform = getattr(front_end, "stft", None)
    if hop_length is None or transform is None or not transform.center:
        raise UserError(
            f"model {name} has the front end {type(front_end).__name__}, whose frames are not "
            "known; only ESPnet's default front end (STFT, centred) is supported"
        )
    return int(hop_length), int(getattr(front_end.logmel, "mel_options", {}).get("sr", 16000))
