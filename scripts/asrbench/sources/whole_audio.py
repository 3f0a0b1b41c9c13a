"""Whether an audio file is whole: it is read to its end, since its header may promise more."""

from pathlib import Path

import numpy as np
import soundfile

from asrbench.sources.audio import (
    NO_FILE,
    Channels,
    cut_short,
    is_no_file,
    too_many_channels,
    unreadable,
)

_BLOCK_SAMPLES = 1 << 18
# A WAV writer that cannot go back to its header leaves one of these as the size.
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)


def check(path: Path, channels: Channels) -> tuple[int, int] | str:
    """(samples, rate) of a file that decodes to its end, or the reason why it does not."""
    if is_no_file(path):
        return NO_FILE
    try:
        with soundfile.SoundFile(path) as file:
            if file.channels > 1 and channels == "refuse":
                return too_many_channels(file.channels)
            read = 0
            while len(block := file.read(_BLOCK_SAMPLES, dtype="float32")):
                read += len(block)
                if not np.isfinite(block).all():
                    return "holds samples that are not numbers"
            if read < file.frames:
                return cut_short(read, file.frames)
            rate = file.samplerate
        if path.suffix.lower() == ".wav" and (missing := _missing_bytes(path)):
            return f"is cut short: {missing} bytes fewer than its header announces"
    except (soundfile.SoundFileError, OSError) as error:
        return unreadable(path, error)
    return (read, rate) if read else "holds no sound"


def _missing_bytes(path: Path) -> int:
    """How much of a WAV is not there; libsndfile itself takes a cut WAV for a shorter one."""
    with path.open("rb") as file:
        head = file.read(8)
    announced = int.from_bytes(head[4:8], "little")
    if head[:4] != b"RIFF" or announced in _UNKNOWN_SIZES:
        return 0
    return max(announced + 8 - path.stat().st_size, 0)
