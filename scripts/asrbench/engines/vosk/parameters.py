"""Counts what a model for Vosk stores, from Kaldi's binary files.

A token is ``<Name> ``; an integer is its size in bytes and its bytes. A matrix is ``FM `` (``DM ``
of doubles), rows and columns and its numbers; a vector ``FV ``; a symmetric matrix ``FP ``, of
which the lower triangle is there.
"""

import re
import struct
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.engines.interface import Count, counts
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

_BYTES = {b"F": 4, b"D": 8}
# What is computed with, and not statistics of the training.
_WEIGHTS = re.compile(rb"<(?:LinearParams|BiasParams|Params|Scales)> (?=[FD][MV] \x04)")
_MEANS = b"<M> \x04"
_LENGTHS = struct.Struct("<xixi")


def counted(manifest: Manifest, _job: Job) -> list[Count]:
    """Rows of the whole, of the network, of the extractor of i-vectors and of the graphs.

    Graphs have no parameters that a training has found one by one; their bytes count.
    """
    network, extractor = manifest.files["network"], manifest.files.get("extractor")
    parts = {"network": (_network(network.read_bytes(), network), network.stat().st_size)}
    if extractor:
        content = extractor.read_bytes()
        parts["i-vector extractor"] = (_extractor(content, extractor), len(content))
    graphs = sum(path.stat().st_size for path in manifest.files["folder"].rglob("*.fst"))
    return counts(parts | {"graph": (0, graphs)})


def _network(content: bytes, path: Path) -> int:
    found, at = 0, 0
    while match := _WEIGHTS.search(content, at):
        elements, at = _tensor(content, match.end(), path)
        found += elements
    if not found:
        raise UserError(f"{path}: holds no weights of a Kaldi network; fetch the model again")
    return found


def _extractor(content: bytes, path: Path) -> int:
    """The means' projections and the covariances, one of each a Gaussian."""
    means = content.find(_MEANS)
    if means < 0:
        raise UserError(f"{path}: is no extractor of i-vectors; fetch the model again")
    at = means + len(_MEANS) + 4
    (gaussians,) = struct.unpack_from("<i", content, at - 4)
    found = 0
    for token in (b"", b"<SigmaInv> "):
        at += len(token)
        for _ in range(gaussians):
            elements, at = _tensor(content, at, path)
            found += elements
    return found


def _tensor(content: bytes, at: int, path: Path) -> tuple[int, int]:
    """Numbers of the tensor that begins there, and where it ends."""
    kind, shape = content[at : at + 1], content[at + 1 : at + 2]
    try:
        if shape == b"M":
            rows, columns = _LENGTHS.unpack_from(content, at + 3)
            stored, begins = rows * columns, at + 13
        else:
            (length,) = struct.unpack_from("<i", content, at + 4)
            stored, begins = length * (length + 1) // 2 if shape == b"P" else length, at + 8
        ends = begins + stored * _BYTES[kind]
    except (struct.error, KeyError):
        ends = len(content) + 1
    if ends > len(content):
        raise UserError(f"{path}: is cut short, or no file of Kaldi; fetch the model again")
    return stored, ends
