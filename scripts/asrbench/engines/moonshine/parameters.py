"""Counts the parameters of a Moonshine model."""

from asrbench.engines import onnx_weights
from asrbench.engines.interface import Count
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def counted(manifest: Manifest, _job: Job) -> list[Count]:
    """Rows of the whole, of encoder and decoder, as stored: the embedding stands there twice."""
    networks = {part: manifest.files[part] for part in ("encoder", "decoder")}
    return onnx_weights.counted(networks)
