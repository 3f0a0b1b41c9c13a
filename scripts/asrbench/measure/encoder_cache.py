"""Encoder outputs on disk, which all CTC weights of a model share: the encoder sees none of them.

They lie beside the workflow's own files and are no job's input: whoever comes first
runs the encoder, whoever comes later finds what it gave, and without them everything
is as right. An output is stored as it is, so what is decoded from it is what its
waveform gives.
"""

import contextlib
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import numpy as np

from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def of_model(folder: str | Path, job: Job, manifest: Manifest) -> "EncoderOutputs":
    """Where a model's outputs are shared.

    Args:
        folder: of the outputs of all models.
        job: says how speech is read.
        manifest: the model's files.
    """
    config = manifest.config.read_text(encoding="utf-8")
    what = [job.model, job.sample_rate_hz, job.channels, manifest.sha256, config]
    digest = hashlib.sha256(json.dumps(what).encode()).hexdigest()
    return EncoderOutputs(Path(folder) / f"{manifest.name}-{digest[:16]}")


def remove_when_done(folder: str | Path, hypotheses: Iterable[str | Path]) -> None:
    """Remove the outputs of all models, unless words are still to be decoded from them.

    Args:
        folder: of the outputs of all models.
        hypotheses: the files of all variants of the study. One that is absent may be of a
            run that was killed and that will be resumed.
    """
    if all(Path(path).exists() for path in hypotheses):
        shutil.rmtree(folder, ignore_errors=True)


class EncoderOutputs:
    """A folder with one ``.npy`` for each audio file as it is now.

    Args:
        folder: made where it is not there.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)

    def get(self, path: str, encode: Callable[[], np.ndarray]) -> np.ndarray:
        """The output for an audio file, from the folder, or else from ``encode``.

        Args:
            path: of the audio file.
            encode: gives it where the folder does not; what it raises goes to the caller.

        Returns:
            Shape (encoder steps, features), float32.
        """
        kept = self._kept(path)
        # Half a file, after a loss of power, is as good as none.
        with contextlib.suppress(OSError, ValueError, EOFError):
            return np.load(kept, allow_pickle=False)
        output = encode()
        # A full disk costs the sharing and not the words.
        with contextlib.suppress(OSError):
            self._keep(kept, output)
        return output

    def _keep(self, kept: Path, output: np.ndarray) -> None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        # Another process, or another node's, may be writing the same.
        part = kept.with_name(f"{kept.name}.{uuid.uuid4().hex}.part")
        try:
            with part.open("wb") as file:
                np.save(file, output, allow_pickle=False)
            part.replace(kept)
        finally:
            part.unlink(missing_ok=True)

    def _kept(self, path: str) -> Path:
        state = os.stat(path)
        what = f"{os.path.abspath(path)} {state.st_size} {state.st_mtime_ns}"
        name = quote(Path(path).stem, safe="")[:80]
        return self.folder / f"{name}-{hashlib.sha256(what.encode()).hexdigest()[:16]}.npy"
