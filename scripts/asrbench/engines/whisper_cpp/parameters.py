"""Counts the parameters that a ggml file stores, and what is computed with them."""

from asrbench.engines import whisper_compute
from asrbench.engines.interface import Count, Part, counts
from asrbench.engines.whisper_cpp import weights
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def counted(manifest: Manifest, _job: Job) -> list[Count]:
    """Rows of the whole, of encoder and decoder."""
    parts: dict[str, tuple[int, int]] = {}
    for tensor in weights.read(manifest.files["model"]).tensors:
        part = tensor.name.split(".")[0]
        elements, size = parts.get(part, (0, 0))
        parts[part] = elements + tensor.elements, size + tensor.length_bytes
    return counts(parts)


def counted_with_compute(
    manifest: Manifest, job: Job, tokens_per_second: float
) -> tuple[list[Count], list[Part]]:
    """The same rows, and multiply-adds by part."""
    sizes = weights.read(manifest.files["model"]).sizes
    return counted(manifest, job), whisper_compute.parts(sizes, tokens_per_second)
