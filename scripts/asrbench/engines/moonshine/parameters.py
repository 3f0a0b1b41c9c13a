"""Counts the parameters of a Moonshine model, and what is computed with them."""

from asrbench.engines import moonshine_compute, onnx_weights
from asrbench.engines.interface import Count, Part
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

_PARTS = ("encoder", "decoder")


def counted(manifest: Manifest, _job: Job) -> list[Count]:
    """Rows of the whole, of encoder and decoder, as stored: the embedding stands there twice."""
    return onnx_weights.counted({part: manifest.files[part] for part in _PARTS})


def counted_with_compute(
    manifest: Manifest, job: Job, tokens_per_second: float
) -> tuple[list[Count], list[Part]]:
    """The same rows, and multiply-adds by part."""
    encoder, decoder = (manifest.files[part] for part in _PARTS)
    return counted(manifest, job), moonshine_compute.parts(encoder, decoder, tokens_per_second)
