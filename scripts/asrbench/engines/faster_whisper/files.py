"""The files of a Whisper model in CTranslate2's format."""

from collections.abc import Mapping
from pathlib import Path

from asrbench.basics.paths import innermost
from asrbench.engines import model_files


def located(root: Path) -> Mapping[str, Path]:
    """The files by what they are; the weights are ``model``."""
    root = innermost(root)
    patterns = {"model": "model.bin", "config": "config.json", "tokenizer": "tokenizer.json"}
    return model_files.wanted("faster-whisper", root, patterns)
