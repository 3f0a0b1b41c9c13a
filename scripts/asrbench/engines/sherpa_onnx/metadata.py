"""Reads what an ONNX file says of itself, without a package for ONNX."""

import mmap
from pathlib import Path


def value(path: Path, key: str) -> str | None:
    """The text under a key of ``metadata_props``; None where it has none.

    An entry is a protobuf message of two strings of less than 128 bytes: key and value, each
    with its tag and its length before it.
    """
    named = key.encode()
    entry = b"\x0a" + bytes([len(named)]) + named + b"\x12"
    if path.stat().st_size == 0:
        return None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.rfind(entry)  # metadata stand behind the network
        if at < 0:
            return None
        begins = at + len(entry)
        length = content[begins]
        return content[begins + 1 : begins + 1 + length].decode("utf-8", "replace")
