"""What files of the kernel say."""

from pathlib import Path


def kernel_text(file: Path) -> str | None:
    """What a file of the kernel says; None where it says nothing."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip("\0\n ") or None
    except OSError:
        return None
