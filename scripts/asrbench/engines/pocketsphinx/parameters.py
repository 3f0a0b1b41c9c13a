"""Counts what a model for PocketSphinx stores: Gaussians and their weights, and n-grams."""

import struct
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.engines.interface import Count, counts
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

_GAUSSIANS = ("means", "variances")
_TRIE = b"Trie Language Model"


def counted(manifest: Manifest, _job: Job) -> list[Count]:
    """Rows of the whole, of the acoustic and of the language model.

    A mixture weight is a byte. An n-gram has a probability and, but for the longest, the weight
    of backing off.
    """
    folder, language = manifest.files["acoustic_model"], manifest.files["language_model"]
    numbers = sum(_numbers(folder / name) for name in _GAUSSIANS)
    numbers += _mixture_weights(folder)
    acoustic_bytes = sum(path.stat().st_size for path in folder.iterdir())
    *shorter, longest = _ngrams(language)
    return counts(
        {
            "acoustic model": (numbers, acoustic_bytes),
            "language model": (2 * sum(shorter) + longest, language.stat().st_size),
        }
    )


def _sizes(path: Path) -> tuple[int, int, int, int]:
    """Codebooks, streams, densities, and the sum of the streams' lengths, of a file of Sphinx."""
    content = path.read_bytes()
    at = content.find(b"endhdr\n") + len(b"endhdr\n")
    if not content.startswith(b"s3\n") or at < len(b"endhdr\n"):
        raise UserError(f"{path}: is no file of Sphinx; fetch the model again")
    order = "<" if content[at : at + 4] == struct.pack("<I", 0x11223344) else ">"
    books, streams, densities = struct.unpack_from(f"{order}3I", content, at + 4)
    lengths = struct.unpack_from(f"{order}{streams}I", content, at + 16)
    return books, streams, densities, sum(lengths)


def _numbers(path: Path) -> int:
    books, _streams, densities, lengths = _sizes(path)
    return books * densities * lengths


def _mixture_weights(folder: Path) -> int:
    """A weight for each density of each stream and state; 0 where they are not packed."""
    path = folder / "sendump"
    if not path.is_file():
        return 0
    content, at = path.read_bytes(), 0
    # Texts with their lengths before them, ended by one of length 0; then rows and columns.
    while (length := struct.unpack_from("<i", content, at)[0]) > 0:
        at += 4 + length
    densities, states = struct.unpack_from("<2i", content, at + 4)
    return _sizes(folder / "means")[1] * densities * states


def _ngrams(path: Path) -> list[int]:
    """How many n-grams there are of each length, from 1."""
    with path.open("rb") as file:
        head = file.read(256)
    begins = len(_TRIE)
    if not head.startswith(_TRIE):
        raise UserError(f"{path}: is no language model in Sphinx's binary format")
    order = head[begins]
    return list(struct.unpack_from(f"<{order}I", head, begins + 1))
