"""Sound files of every kind that libsndfile reads, forward to their end.

The header may promise more than there is (a file that was cut off), or nothing (a FLAC
or WAV that was written to a pipe).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from asrbench.sources import containers

Channels = Literal["refuse", "mix"]

SUFFIXES = (
    *(".flac", ".wav", ".mp3", ".ogg", ".oga", ".opus"),
    *(".aif", ".aifc", ".aiff", ".au", ".caf", ".nist", ".rf64", ".snd", ".sph", ".w64"),
)
NO_FILE = "is not a file"

_BLOCK_SAMPLES = 1 << 18
_NO_KNOWN_FORM = 1  # libsndfile's number of the error
_UNKNOWN_LENGTH = (1 << 63) - 1  # libsndfile's word for it


class Unusable(Exception):
    """Why a file is of no use, in the user's words."""


class _Forward(soundfile.SoundFile):
    """Never sought: soundfile seeks after each read, which a FLAC without a length refuses."""

    def seekable(self) -> bool:
        return False


def blocks(path: Path, channels: Channels) -> Iterator[tuple[np.ndarray, int]]:
    """The waveform block by block.

    Args:
        path: of the file.
        channels: what is done with more than one; ``mix`` takes their mean.

    Yields:
        Shape (samples,), float32, full scale at ±1; and the rate in Hz.

    Raises:
        Unusable: the file is absent, unreadable, cut short, empty, holds something that
            is not a number, or has more channels than allowed.
    """
    if is_no_file(path):
        raise Unusable(NO_FILE)
    if path.suffix.lower() == ".raw":
        raise Unusable("has no header to say its rate; convert it to FLAC or WAV")
    try:
        with _Forward(containers.whole(path)) as file:
            if file.channels > 1 and channels == "refuse":
                raise Unusable(
                    f"has {file.channels} channels; set speech.channels to mix to take their mean"
                )
            read = 0
            while len(block := file.read(_BLOCK_SAMPLES, dtype="float32", always_2d=True)):
                read += len(block)
                if not np.isfinite(block).all():
                    raise Unusable("holds samples that are not numbers; encode it again")
                yield block[:, 0] if file.channels == 1 else block.mean(axis=1), file.samplerate
            if read < file.frames != _UNKNOWN_LENGTH:
                raise Unusable(
                    f"is cut short: its header announces {file.frames} samples, {read} can be read"
                )
    except containers.CutShort as error:
        raise Unusable(f"is cut short: {error}") from None
    except (soundfile.SoundFileError, OSError) as error:
        raise Unusable(_unreadable(path, error)) from None
    if not read:
        raise Unusable("holds no sound")


def check(path: Path, channels: Channels) -> tuple[int, int] | str:
    """(samples, rate) of a file that decodes to its end, or the reason why it does not."""
    try:
        lengths, rates = zip(
            *((len(block), rate) for block, rate in blocks(path, channels)), strict=True
        )
    except Unusable as reason:
        return str(reason)
    return sum(lengths), rates[0]


def is_no_file(path: str | Path) -> bool:
    """Whether a folder, a pipe or a device has this name: to open a pipe may wait for ever."""
    path = Path(path)
    return path.exists() and not path.is_file()


def _unreadable(path: Path, error: Exception) -> str:
    if not path.exists():
        return "there is no such file"
    if path.stat().st_size == 0:
        return "the file is empty (0 bytes)"
    if isinstance(error, PermissionError):
        return "may not be read"
    reason = str(error).rsplit(": ", 1)[-1].strip().rstrip(".")
    if getattr(error, "code", None) == _NO_KNOWN_FORM:
        return (
            f"cannot be decoded ({reason}); convert it to FLAC, or fetch it again if it is damaged"
        )
    return f"cannot be decoded to its end ({reason}); it is damaged or cut short"
