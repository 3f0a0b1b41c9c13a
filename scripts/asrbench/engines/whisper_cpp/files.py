"""The file of a Whisper model for whisper.cpp."""

from collections.abc import Mapping
from pathlib import Path

from asrbench.basics.paths import innermost
from asrbench.engines import model_files


def located(root: Path) -> Mapping[str, Path]:
    """The one file that it is."""
    return model_files.wanted("whisper.cpp", innermost(root), {"model": "ggml*.bin"})
