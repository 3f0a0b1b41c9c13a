"""Reads what a ggml file of whisper.cpp says of its tensors, without the tensors."""

import math
import struct
from pathlib import Path
from typing import NamedTuple

from asrbench.basics.errors import UserError
from asrbench.engines.whisper_compute import Sizes

_MAGIC = 0x67676D6C
_HEADER = "<11i"  # vocabulary, five sizes of audio, four of text without one, bands, type
# Numbers and bytes of a block of each type, by ggml's number of it.
_BLOCKS = {0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34)}
# The axis precision by the file's own number of what most of its tensors are.
_PRECISIONS = {0: "float32", 1: "float16", 7: "int8", 8: "int5", 9: "int5"}
_ENGLISH_ONLY = 51864  # tokens; a multilingual model has more


class Tensor(NamedTuple):
    """One stored tensor."""

    name: str
    elements: int
    length_bytes: int


class Model(NamedTuple):
    """What a file says of itself."""

    precision: str
    multilingual: bool
    tensors: list[Tensor]
    sizes: Sizes


def read(path: Path) -> Model:
    """The header of a file and of each of its tensors.

    Raises:
        UserError: it is no such file, or it was cut.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (magic,) = _numbers(file, "<I")
            if magic != _MAGIC:
                raise ValueError("it does not begin as one")
            header = _numbers(file, _HEADER)
            bands, width = _numbers(file, "<2i")
            file.seek(4 * bands * width, 1)
            (words,) = _numbers(file, "<i")
            for _ in range(words):
                (length,) = _numbers(file, "<I")
                file.seek(length, 1)
            tensors = []
            while file.tell() < size:
                tensors.append(_tensor(file))
            whole = file.tell() == size and bool(tensors)
    except (struct.error, ValueError, KeyError, OSError, OverflowError) as error:
        raise UserError(
            f"{path}: is no whole ggml file of whisper.cpp ({error}); fetch it again"
        ) from None
    if not whole:
        raise UserError(f"{path}: was cut: its last tensor is not whole; fetch it again")
    kind = header[10] % 1000  # thousands are the version of the quantisation
    sizes = Sizes(header[9], header[2], header[4], header[8], header[0])
    return Model(_PRECISIONS.get(kind, f"type {kind}"), header[0] > _ENGLISH_ONLY, tensors, sizes)


def _tensor(file) -> Tensor:
    rank, name_length, kind = _numbers(file, "<3i")
    elements = math.prod(_numbers(file, f"<{rank}i"))
    name = file.read(name_length).decode("utf-8")
    numbers, bytes_of_block = _BLOCKS[kind]
    length = elements // numbers * bytes_of_block
    file.seek(length, 1)
    return Tensor(name, elements, length)


def _numbers(file, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))
