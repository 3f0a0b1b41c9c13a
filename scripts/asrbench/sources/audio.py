"""Waveforms: read, brought to one rate and one channel, joined to a length."""

from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from asrbench.basics.errors import UserError

Channels = Literal["refuse", "mix"]

SUFFIXES = (".flac", ".wav")
NO_FILE = "is not a file"


def load(path: str | Path, sample_rate_hz: int, channels: Channels = "refuse") -> np.ndarray:
    """Read one utterance.

    Args:
        path: a FLAC or WAV file of any rate.
        sample_rate_hz: the rate it is resampled to, if it has another.
        channels: what is done with more than one channel; ``mix`` takes their mean.

    Returns:
        Shape (samples,), float32, full scale at ±1.

    Raises:
        UserError: the file is absent, unreadable, cut short, empty, holds
            something that is not a number, or has more channels than allowed.
    """
    if is_no_file(path):
        raise UserError(f"{path}: {NO_FILE}")
    try:
        with soundfile.SoundFile(path) as file:
            announced, rate = file.frames, file.samplerate
            samples = file.read(dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise UserError(f"{path}: {unreadable(path, error)}") from None
    if len(samples) < announced:
        raise UserError(f"{path}: {cut_short(len(samples), announced)}")
    if not len(samples):
        raise UserError(f"{path}: holds no sound")
    if samples.shape[1] > 1 and channels == "refuse":
        raise UserError(f"{path}: {too_many_channels(samples.shape[1])}")
    waveform = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    if not np.isfinite(waveform).all():
        raise UserError(f"{path}: holds samples that are not numbers; encode it again")
    if rate != sample_rate_hz:
        # Only here, since importing librosa takes seconds.
        import librosa

        waveform = librosa.resample(waveform, orig_sr=rate, target_sr=sample_rate_hz)
    return np.ascontiguousarray(waveform, dtype=np.float32)


def files_below(folder: str | Path) -> dict[str, str]:
    """WAV and FLAC files of a folder and those in it: path by name, where the name is the
    path below the folder, without its ending, or with it where two would be the same.

    Raises:
        UserError: there is no such folder, or no such file in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: there is no such folder of WAV or FLAC files")
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not files:
        raise UserError(f"{folder}: holds no WAV or FLAC file")
    stems = [str(file.relative_to(folder).with_suffix("")) for file in files]
    return {
        stem if stems.count(stem) == 1 else str(file.relative_to(folder)): str(file)
        for stem, file in zip(stems, files, strict=True)
    }


def is_no_file(path: str | Path) -> bool:
    """Whether a folder, a pipe or a device has this name: to open a pipe may wait for ever."""
    path = Path(path)
    return path.exists() and not path.is_file()


def unreadable(path: str | Path, error: Exception) -> str:
    """Why a file cannot be read, in the user's words."""
    path = Path(path)
    if not path.exists():
        return "there is no such file"
    if is_no_file(path):
        return NO_FILE
    if path.stat().st_size == 0:
        return "the file is empty (0 bytes)"
    if isinstance(error, PermissionError):
        return "may not be read"
    reason = str(error).rsplit(": ", 1)[-1].strip().rstrip(".")
    return f"cannot be decoded to its end ({reason}); it is damaged or cut short"


def cut_short(found: int, announced: int) -> str:
    """The reason for a file that ends before its header says."""
    return f"is cut short: its header announces {announced} samples, {found} can be read"


def too_many_channels(channels: int) -> str:
    """The reason for a file that is not mono."""
    return f"has {channels} channels; set speech.channels to mix to take their mean"


def resampled_length(samples: int, rate_hz: int, sample_rate_hz: int) -> int:
    """Samples that :func:`load` gives at least for a file of ``samples`` at ``rate_hz``."""
    return samples * sample_rate_hz // rate_hz


def join_to_length(waveforms: list[np.ndarray], samples: int) -> np.ndarray:
    """Join speech end to end and cut it, so that a length can be chosen and still be speech.

    Args:
        waveforms: each of shape (n,), float32, of one rate.
        samples: the length wanted.

    Returns:
        Shape (samples,), float32.

    Raises:
        ValueError: the waveforms are too short in all.
    """
    if samples < 1:
        raise ValueError(f"a waveform of {samples} samples was asked for")
    available = sum(len(waveform) for waveform in waveforms)
    if available < samples:
        raise ValueError(f"{available} samples of speech do not reach {samples}")
    return np.concatenate(waveforms, dtype=np.float32)[:samples]
