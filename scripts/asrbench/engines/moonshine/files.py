"""The files of a Moonshine model for Moonshine's own library."""

from collections.abc import Mapping
from pathlib import Path

from asrbench.basics.paths import innermost
from asrbench.engines import model_files


def located(root: Path) -> Mapping[str, Path]:
    """Both networks and the tokens; all are in one folder."""
    names = {
        "encoder": "encoder_model.ort",
        "decoder": "decoder_model_merged.ort",
        "tokenizer": "tokenizer.bin",
    }
    return model_files.wanted("moonshine", innermost(root), names)
