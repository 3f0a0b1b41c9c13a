"""Numbers and names in files of the kernel, with an error that a user can act upon."""

from pathlib import Path

from asrbench.meters.interface import Gap, MeterError

_LONGEST = 20  # characters of a number of 64 bits, which the kernel's are


def text(file: Path) -> str:
    """Content without the white space around it.

    Raises:
        MeterError: it cannot be read.
    """
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except PermissionError:
        raise MeterError(f"{file}: permission denied") from None
    except FileNotFoundError:
        raise MeterError(f"{file} is gone") from None
    except OSError as error:
        raise Gap(f"{file}: cannot be read ({error.strerror})") from None


def text_or_empty(file: Path) -> str:
    """The same, '' where it cannot be read."""
    try:
        return text(file)
    except MeterError:
        return ""


def number(file: Path) -> int:
    """A whole number, in whatever unit the file has.

    Raises:
        MeterError: it cannot be read, or holds something else.
    """
    content = text(file)
    try:
        if len(content) > _LONGEST:
            raise ValueError
        return int(content)
    except ValueError:
        raise Gap(f"{file}: holds {content[:40]!r}, not a number") from None
