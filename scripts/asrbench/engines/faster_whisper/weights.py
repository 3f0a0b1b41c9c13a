"""Reads what a ``model.bin`` of CTranslate2 says of its tensors, without the tensors."""

import math
import struct
from pathlib import Path
from typing import NamedTuple

from asrbench.basics.errors import UserError

# CTranslate2's numbers of types; the names are those of the axis precision.
_TYPES = {0: "float32", 1: "int8", 2: "int16", 3: "int32", 4: "float16", 5: "bfloat16"}
_OLDEST_WITH_TYPES = 4


class Tensor(NamedTuple):
    """One stored tensor: where its data begins in the file, and how long it is."""

    name: str
    shape: tuple[int, ...]
    stored_as: str
    begins: int
    length_bytes: int

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


def tensors(path: Path) -> list[Tensor]:
    """Every tensor of a file, in its order.

    Raises:
        UserError: it is no such file, or it was cut.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            (version,) = _numbers(file, "<I")
            if not _OLDEST_WITH_TYPES <= version < 100:
                raise ValueError(f"its version is {version}")
            _text(file)  # the kind of model
            _revision, count = _numbers(file, "<II")
            found = [_tensor(file) for _ in range(count)]
    except (struct.error, ValueError, UnicodeDecodeError, MemoryError) as error:
        raise UserError(
            f"{path}: is no whole model.bin of CTranslate2 ({error}); fetch it again"
        ) from None
    end = max((one.begins + one.length_bytes for one in found), default=0)
    if not found or end > size:
        raise UserError(f"{path}: was cut: {size} bytes of at least {end}; fetch it again")
    return found


def _tensor(file) -> Tensor:
    name = _text(file)
    (rank,) = _numbers(file, "<B")
    shape = _numbers(file, f"<{rank}I")
    kind, length = _numbers(file, "<BI")
    begins = file.tell()
    file.seek(length, 1)
    return Tensor(name, shape, _TYPES.get(kind, f"type {kind}"), begins, length)


def _numbers(file, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _text(file) -> str:
    (length,) = _numbers(file, "<H")
    return file.read(length).rstrip(b"\0").decode("utf-8")
