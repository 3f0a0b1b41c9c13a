"""Counts the parameters of a model for sherpa-onnx."""

from asrbench.engines import onnx_weights
from asrbench.engines.interface import Count
from asrbench.engines.sherpa_onnx import files
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def counted(manifest: Manifest, job: Job) -> list[Count]:
    """Rows of the whole and of each network."""
    precision = str((job.axes or {})["precision"])
    return onnx_weights.counted(files.chosen(manifest.files, job.model, precision))
