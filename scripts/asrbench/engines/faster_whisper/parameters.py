"""Counts the parameters that a Whisper for CTranslate2 stores, and what is computed with them."""

from asrbench.engines import whisper_compute
from asrbench.engines.faster_whisper import weights
from asrbench.engines.interface import Count, Part, counts
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def counted(manifest: Manifest, _job: Job) -> list[Count]:
    """Rows of the whole, of encoder and decoder; scales of quantisation are no parameters."""
    parts: dict[str, tuple[int, int]] = {}
    for tensor in weights.tensors(manifest.files["model"]):
        part = tensor.name.split("/")[0]
        if part not in ("encoder", "decoder"):
            continue  # settings, such as the number of heads
        elements, size = parts.get(part, (0, 0))
        own = 0 if tensor.name.endswith("_scale") or not tensor.shape else tensor.elements
        parts[part] = elements + own, size + tensor.length_bytes
    return counts(parts)


def counted_with_compute(
    manifest: Manifest, job: Job, tokens_per_second: float
) -> tuple[list[Count], list[Part]]:
    """The same rows, and multiply-adds by part."""
    sizes = _sizes(weights.tensors(manifest.files["model"]))
    return counted(manifest, job), whisper_compute.parts(sizes, tokens_per_second)


def _sizes(tensors: list[weights.Tensor]) -> whisper_compute.Sizes:
    shapes = {tensor.name: tensor.shape for tensor in tensors}
    width, mels, _kernel = shapes["encoder/conv1/weight"]
    layers = {
        part: len({name.split("/")[1] for name in shapes if name.startswith(f"{part}/layer_")})
        for part in ("encoder", "decoder")
    }
    # The layer's own norm stands beside the layers, as layer_norm.
    return whisper_compute.Sizes(
        mels,
        width,
        layers["encoder"] - 1,
        layers["decoder"] - 1,
        shapes["decoder/embeddings/weight"][0],
    )
