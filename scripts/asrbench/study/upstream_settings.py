"""The block of the configuration that names a self-supervised network's file."""

from typing import Any

from pydantic import Field

from asrbench.study.config_block import Block, Sha256
from asrbench.study.engine_axes import ESPNET


class Upstream(Block):
    """The file of the self-supervised network in a model's front end."""

    source: str = Field(
        min_length=1, description="A file on disk, or an http or https address of one."
    )
    sha256: Sha256 | None = Field(None, description="Checksum of the file.")


def of_espnet_alone(model: Any) -> Any:
    """The model, which has a network of its own only if ESPnet runs it; for pydantic."""
    if model.upstream is not None and model.engine not in ESPNET:
        raise ValueError(
            f"has upstream, which is for ESPnet's models, and its engine is {model.engine}: "
            "remove the key"
        )
    return model
