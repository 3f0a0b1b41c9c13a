"""Open one variant of a study for a program that measures or decodes."""

import argparse
from dataclasses import dataclass

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.device import threads
from asrbench.sources import audio, manifest
from asrbench.study import config
from asrbench.study.config import Study


@dataclass(frozen=True)
class Variant:
    """A study, one of its models, and a CTC weight (None where nothing is searched)."""

    study: Study
    model: config.Model
    ctc_weight: str | None
    manifest: manifest.Manifest

    def recogniser(self, use_threads: int | str | None = None):
        """The model, loaded, with its search.

        Args:
            use_threads: in place of the study's number of threads.

        Returns:
            An :class:`asrbench.engines.recogniser.Recogniser`.
        """
        from asrbench.engines.recogniser import Recogniser

        threads.use(use_threads or self.study.decoding.threads)
        recogniser = Recogniser(
            self.manifest,
            ctc_weight=float(self.ctc_weight),
            beam_size=self.study.decoding.beam_size,
            tokens_per_second=self.model.tokens_per_second,
            engine=self.model.engine,
        )
        self.check_rate(recogniser.sample_rate_hz)
        return recogniser

    def check_rate(self, model_rate_hz: int) -> None:
        """A model hears nothing but noise at another rate than it was trained for."""
        rate_hz = self.study.speech.sample_rate_hz
        if model_rate_hz != rate_hz:
            raise UserError(
                f"model {self.model.name} takes speech at {model_rate_hz} Hz and "
                f"speech.sample_rate_hz is {rate_hz}: set it to {model_rate_hz}"
            )

    def load(self, path: str) -> np.ndarray:
        """One waveform as the study reads speech: shape (samples,), float32."""
        speech = self.study.speech
        return audio.load(path, speech.sample_rate_hz, speech.channels)

    def __str__(self) -> str:
        weight = "" if self.ctc_weight is None else f" ctc{self.ctc_weight}"
        return f"{self.model.name}{weight}"


def add_arguments(parser: argparse.ArgumentParser, with_ctc_weight: bool = True) -> None:
    """The arguments that name a variant."""
    parser.add_argument("--config", required=True, help="the study's configuration")
    parser.add_argument("--model", required=True, help="the model's name in the configuration")
    parser.add_argument(
        "--manifest", help="its files, from fetch_model.py [resources/models/<model>/model.json]"
    )
    if with_ctc_weight:
        parser.add_argument("--ctc-weight", required=True, help="share of the CTC score, 0 to 1")


def add_round_arguments(parser: argparse.ArgumentParser, out: str) -> None:
    """The arguments of one round of a measurement; ``out`` says what it writes."""
    parser.add_argument("--sample", default="results/data/sample.csv", help="[%(default)s]")
    parser.add_argument("--round", type=int, default=1, help="number of the round [%(default)s]")
    parser.add_argument("--out", required=True, help=out)


def from_arguments(arguments: argparse.Namespace) -> Variant:
    """The variant that the command line names.

    Raises:
        UserError: there is no such model, its files are absent, or the weight is out of range.
    """
    study = config.load(arguments.config)
    model = study.model(arguments.model)
    given = getattr(arguments, "ctc_weight", None)
    try:
        weight = None if given is None else config.weight_text(given)
    except ValueError as error:
        raise UserError(f"--ctc-weight: {given!r} {error}") from None
    path = arguments.manifest or f"resources/models/{model.name}/model.json"
    return Variant(study, model, weight, manifest.load(path))
