"""Encoder outputs on disk, which all CTC weights of a model share: the encoder sees none of them.

An output is stored as it is, so what is decoded from it is what its waveform gives.
"""

import os
from pathlib import Path
from urllib.parse import quote

import numpy as np


class EncoderOutputs:
    """A folder with one ``.npy`` an utterance.

    Args:
        folder: made where it is not there.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def __contains__(self, utterance_id: str) -> bool:
        return self._path(utterance_id).exists()

    def get(self, utterance_id: str) -> np.ndarray | None:
        """Shape (encoder steps, features), float32; None where the utterance has none."""
        path = self._path(utterance_id)
        return np.load(path, allow_pickle=False) if path.exists() else None

    def put(self, utterance_id: str, output: np.ndarray) -> None:
        """Store one; a process that is killed leaves nothing that looks whole."""
        path = self._path(utterance_id)
        part = path.with_name(f"{path.name}.part")
        with part.open("wb") as file:
            np.save(file, output, allow_pickle=False)
        os.replace(part, path)

    def _path(self, utterance_id: str) -> Path:
        return self.folder / f"{quote(utterance_id, safe='')}.npy"
