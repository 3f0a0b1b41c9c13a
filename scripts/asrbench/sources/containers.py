"""WAV and Ogg files that libsndfile takes for shorter ones: cut off, or written to a pipe.

A writer that cannot go back to its header leaves a placeholder where a WAV says how
long it is: sox 0x7ffff000, ffmpeg and many servers 0xffffffff, others 0.
"""

import io
from pathlib import Path
from typing import BinaryIO

# No utterance has 2 GB, so that a larger size is no announcement.
_NO_SIZE = 0x7FFF0000
_MOST_CHUNKS = 1000  # before the sound
_LAST_PAGE = 0x04
_LARGEST_PAGE_BYTES = 65307


class CutShort(Exception):
    """What shows that a file was cut off."""


def whole(path: Path) -> Path | io.BytesIO:
    """What libsndfile is to read: the file, or its content with sizes in place of placeholders.

    Raises:
        CutShort: fewer bytes are there than announced.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:] == b"WAVE":
            return _wav(file, path)
        if head[:4] == b"OggS":
            _see_last_page(file)
    return path


def _wav(file: BinaryIO, path: Path) -> Path | io.BytesIO:
    end = file.seek(0, io.SEEK_END)
    file.seek(4)
    riff, at = _number(file.read(4)), 12
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        chunk = file.read(8)
        if len(chunk) < 8:
            return path
        at += 8
        announced = _number(chunk[4:])
        if chunk[:4] == b"data":
            break
        at += announced + announced % 2
    else:
        return path
    there = end - at
    no_riff = riff >= _NO_SIZE or riff + 8 <= at
    if there < announced >= _NO_SIZE or (announced == 0 and no_riff):
        file.seek(0)
        content = bytearray(file.read())
        content[4:8] = (end - 8).to_bytes(4, "little")
        content[at - 4 : at] = there.to_bytes(4, "little")
        return io.BytesIO(content)
    if missing := max(0 if no_riff else riff + 8 - end, announced - there, 0):
        raise CutShort(f"{missing} bytes fewer than its header announces")
    return path


def _see_last_page(file: BinaryIO) -> None:
    end = file.seek(0, io.SEEK_END)
    file.seek(max(end - 2 * _LARGEST_PAGE_BYTES, 0))
    rest = file.read()
    page = rest[rest.rfind(b"OggS") :]
    lengths = page[27 : 27 + page[26]] if len(page) > 26 else b""
    if len(page) < 27 + len(lengths) + sum(lengths) or not page[5] & _LAST_PAGE:
        raise CutShort("its last page is not marked as the last, or not whole")


def _number(four: bytes) -> int:
    return int.from_bytes(four, "little")
