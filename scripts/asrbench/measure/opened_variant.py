"""Open the model of a job for a program that measures or decodes.

What takes long to import is imported where it is used: many jobs find that all is done.
"""

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asrbench.basics.errors import UserError
from asrbench.device import cores, made_by, threads
from asrbench.engines import catalogue
from asrbench.sources import manifest
from asrbench.study.job import Job

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class OpenedVariant:
    """A job, and the files of its model on disk."""

    job: Job
    manifest: manifest.Manifest

    def recogniser(self, use_threads: int | str | None = None, beside=None):
        """The model, loaded, with its search.

        Args:
            use_threads: in place of the job's number of threads.
            beside: a recogniser of the same build, whose loaded model is used.

        Returns:
            An :class:`asrbench.engines.interface.Recogniser`.

        Raises:
            UserError: the job names no decoding, or the model does not fit it.
        """
        from asrbench.engines.interface import loading

        job = self.job
        if job.variant is None or job.axes is None:
            raise UserError("--job: names no variant and axes, which a search needs")
        cores.choose(job.cores or "all")
        engine, count = self.engine, threads.counted(use_threads or job.threads or "all")
        if not catalogue.is_installed(engine):
            raise UserError(catalogue.how_to_install(engine))
        opened = catalogue.recogniser(engine).opened
        with loading(engine, job.model, self.manifest.config.parent):
            recogniser = opened(self.manifest, job, count, beside)
        self.check_rate(recogniser.sample_rate_hz)
        return recogniser

    @property
    def engine(self) -> str:
        """The engine of the job's build."""
        return engine_of(self.job)

    def made_by(self) -> dict[str, str | None]:
        """By what rows of this variant are made."""
        return made_by_of(self.job)

    def check_rate(self, model_rate_hz: int) -> None:
        """A model hears nothing but noise at another rate than it was trained for."""
        rate_hz = self.job.sample_rate_hz
        if model_rate_hz != rate_hz:
            raise UserError(
                f"model {self.job.model} takes speech at {model_rate_hz} Hz and "
                f"speech.sample_rate_hz is {rate_hz}: set it to {model_rate_hz}"
            )

    def load(self, path: str) -> "np.ndarray":
        """One waveform as the study reads speech: shape (samples,), float32."""
        from asrbench.sources import audio

        rate_hz, channels = self.job.sample_rate_hz, self.job.channels
        if rate_hz is None or channels is None:
            raise UserError("--job: names no sample_rate_hz or channels, by which speech is read")
        return audio.load(path, rate_hz, channels)

    def __str__(self) -> str:
        return str(self.job)


def engine_of(job: Job) -> str:
    """The engine of a job's build."""
    return str((job.axes or {}).get("engine", "espnet"))


def made_by_of(job: Job) -> dict[str, str | None]:
    """By what the rows of a job are made."""
    return made_by.versions(catalogue.ENGINES[engine_of(job)].packages)


def parser(doc: str) -> argparse.ArgumentParser:
    """Arguments that name a job and its model's files; ``doc`` is the program's."""
    named = argparse.ArgumentParser(description=doc)
    named.add_argument("--job", required=True, help="what is done, as describe_job.py writes it")
    named.add_argument(
        "--manifest",
        help="its files, from fetch_model.py [resources/models/<checkpoint>/model.json]",
    )
    return named


def round_parser(doc: str, out: str) -> argparse.ArgumentParser:
    """Those, and the arguments of one round of a measurement; ``out`` says what it writes."""
    ours = parser(doc)
    ours.add_argument("--sample", default="results/data/sample.csv", help="[%(default)s]")
    ours.add_argument("--round", type=int, default=1, help="number of the round [%(default)s]")
    ours.add_argument("--out", required=True, help=out)
    ours.add_argument(
        "--planned",
        help="the jobs of a run, by stage and rows: those that can share this process are done",
    )
    ours.add_argument(
        "--strict",
        type=int,
        choices=(0, 1),
        default=0,
        help="1: a device that is not fit to be measured is an error [%(default)s]",
    )
    return ours


def from_arguments(arguments: argparse.Namespace) -> OpenedVariant:
    """The variant that the command line names.

    Raises:
        UserError: the job cannot be read, or its model's files are absent.
    """
    job = Job.parse(arguments.job)
    return OpenedVariant(job, manifest.load(manifest_of(job, arguments.manifest)))


def manifest_of(job: Job, given: str | None) -> str:
    """Where the files of a job's model are named."""
    return given or f"resources/models/{job.checkpoint or job.model}/model.json"
