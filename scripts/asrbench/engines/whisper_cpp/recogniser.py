"""Whisper by whisper.cpp on the processor."""

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import interface
from asrbench.engines.interface import Transcript
from asrbench.engines.whisper_cpp import weights
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded; ``beside`` is of no use, since a beam belongs to the model."""
    return Recogniser(manifest, job, threads)


class Recogniser(interface.Recogniser):
    """One model with one beam. Inputs are padded to 30 s by Whisper itself."""

    def __init__(self, manifest: Manifest, job: Job, threads: int):
        axes, path = job.axes or {}, manifest.files["model"]
        stored = weights.read(path)
        if stored.precision != axes["precision"]:
            raise UserError(
                f"model {job.model}: its file holds {stored.precision} and precision is "
                f"{axes['precision']}: set precision to {stored.precision}, or give another file"
            )
        self._language = interface.language_of(job, stored.multilingual)
        from pywhispercpp.model import Model

        beam = int(axes["beam_size"])
        self._threads, self._precision = threads, stored.precision
        self._model = Model(
            str(path),
            params_sampling_strategy=0 if beam == 1 else 1,
            redirect_whispercpp_logs_to=None,
            n_threads=threads,
            greedy={"best_of": 1},
            beam_search={"beam_size": beam, "patience": -1.0},
            language=self._language,
            temperature_inc=0.0,  # no second try at another temperature
            no_timestamps=True,
            no_context=True,
            print_progress=False,
        )

    def use_threads(self, count: int) -> None:
        """Compute with that many threads from the next call on."""
        self._threads = count

    def facts(self) -> dict[str, str]:
        """The type of the file's tensors, and the instructions that the wheel was built with."""
        from pywhispercpp.model import Model

        said = Model.system_info()
        return {
            "computes_in": self._precision,
            "threads": str(self._threads),
            "cpu_features": " ".join(str(said or "").split()),
        }

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        segments = self._model.transcribe(waveform, n_threads=self._threads)
        return Transcript("".join(segment.text for segment in segments))
