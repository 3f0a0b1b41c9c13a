"""Moonshine by its own library, whole utterances at once."""

from typing import Any

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import interface
from asrbench.engines.interface import Transcript
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

# With its detector of speech an utterance is cut into lines, and words are added at the cuts.
_OPTIONS = {"vad_threshold": "0.0"}


def opened(manifest: Manifest, job: Job, threads: int, beside=None) -> "Recogniser":
    """The variant of a job, loaded; the library decides on its threads."""
    return Recogniser(manifest)


class Recogniser(interface.Recogniser):
    """One model. It has no frames; those of the tables are of 10 ms."""

    def __init__(self, manifest: Manifest):
        from moonshine_voice import ModelArch, Transcriber

        folder = manifest.files["encoder"].parent
        # The library takes the size as an argument, and the files do not say it.
        arch = ModelArch.TINY if "tiny" in folder.name.lower() else ModelArch.BASE
        self._size = arch.name.lower()
        self._transcriber: Any = Transcriber(str(folder), arch, options=_OPTIONS)

    def use_threads(self, count: int) -> None:
        """Refused.

        Raises:
            UserError: always.
        """
        raise UserError("moonshine lets nobody set its threads")

    def facts(self) -> dict[str, str]:
        """The size that was loaded; threads are the library's own business."""
        return {"computes_in": "int8", "size": self._size, "threads": "as the library chooses"}

    def decode(self, waveform: np.ndarray) -> Transcript:
        """Decode one waveform; see :class:`asrbench.engines.interface.Recogniser`."""
        found = self._transcriber.transcribe_without_streaming(waveform, self.sample_rate_hz)
        return Transcript(" ".join(line.text for line in found.lines))
