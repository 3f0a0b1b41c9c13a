"""Counts the parameters that a model of CTranslate2 stores."""

from asrbench.engines.faster_whisper import weights
from asrbench.engines.interface import Count, counts
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
