"""Counts the parameters of a model for sherpa-onnx, and what is computed with them."""

from pathlib import Path

from asrbench.engines import onnx_weights
from asrbench.engines.interface import Count, Part
from asrbench.engines.sherpa_onnx import compute, files
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job


def counted(manifest: Manifest, job: Job) -> list[Count]:
    """Rows of the whole and of each network."""
    return onnx_weights.counted(_networks(manifest, job))


def counted_with_compute(
    manifest: Manifest, job: Job, tokens_per_second: float
) -> tuple[list[Count], list[Part]]:
    """The same rows, and multiply-adds by part."""
    kind = files.kind_of(manifest.files)
    parts = compute.parts(kind, _networks(manifest, job), tokens_per_second)
    return counted(manifest, job), parts


def _networks(manifest: Manifest, job: Job) -> dict[str, Path]:
    precision = str((job.axes or {})["precision"])
    return files.chosen(manifest.files, job.model, precision)
