"""Models of a study and its sample of utterances, open in this process: what benchmarks measure."""

import os
import tempfile
from pathlib import Path

import numpy as np
import torch
from asrbench.basics.errors import UserError
from asrbench.device import threads
from asrbench.engines.espnet.recogniser import Recogniser
from asrbench.sources import audio, listing, manifest, model_source, sample
from asrbench.sources.manifest import Manifest
from asrbench.study import axes, config
from asrbench.study.config import Study

CONFIG = Path(__file__).resolve().parents[1] / "demo" / "config.yaml"


class Demonstration:
    """A study whose models and speech are folders on disk.

    Args:
        path: its configuration; sources in it are relative to its folder, which
            becomes the working directory.
    """

    def __init__(self, path: Path):
        self.study: Study = config.load(path)
        os.chdir(path.resolve().parent)
        if self.study.speech.path is None:
            raise UserError(f"{path}: benchmarks take speech from speech.path, and there is none")
        self._folder = tempfile.TemporaryDirectory()
        torch.set_num_threads(threads.counted(self.study.decoding.threads))

    def waveforms(self, count: int | None = None) -> dict[str, np.ndarray]:
        """Utterance id to waveform: the study's own sample, or one of ``count`` utterances."""
        speech, timing = self.study.speech, self.study.latency
        table = listing.list_corpus(speech.path, speech.channels).utterances
        drawn = sample.draw(table.itertuples(), count or timing.utterances, timing.seed)
        return {
            row.utterance_id: audio.load(row.path, speech.sample_rate_hz, speech.channels)
            for row in drawn
        }

    def recogniser(self, model: str, ctc_weight: float, clocks_in_search=True) -> Recogniser:
        """A variant, loaded."""
        chosen = self.study.model(model)
        beam_size = self.study.decoding.beam_size or axes.BEAM_SIZE.default
        return Recogniser(
            self._manifest(chosen),
            {"ctc_weight": ctc_weight, "beam_size": beam_size, "engine": chosen.engine},
            tokens_per_second=chosen.tokens_per_second,
            clocks_in_search=clocks_in_search,
        )

    def _manifest(self, model: config.Model) -> Manifest:
        path = Path(self._folder.name) / model.name / "model.json"
        if not path.exists():
            path.parent.mkdir(parents=True)
            model_source.fetch(model, path)
        return manifest.load(path)
