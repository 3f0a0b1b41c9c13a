"""Waveforms: read, brought to one rate and one channel, joined to a length."""

from pathlib import Path

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.sources import whole_audio
from asrbench.sources.whole_audio import SUFFIXES, Channels


def load(path: str | Path, sample_rate_hz: int, channels: Channels = "refuse") -> np.ndarray:
    """Read one utterance.

    Args:
        path: a file of any rate, in any form that libsndfile reads.
        sample_rate_hz: the rate it is resampled to, if it has another.
        channels: what is done with more than one channel; ``mix`` takes their mean.

    Returns:
        Shape (samples,), float32, full scale at ±1.

    Raises:
        UserError: the file is absent, unreadable, cut short, empty, holds
            something that is not a number, or has more channels than allowed.
    """
    try:
        blocks, rates = zip(*whole_audio.blocks(Path(path), channels), strict=True)
    except whole_audio.Unusable as reason:
        raise UserError(f"{path}: {reason}") from None
    waveform, rate = np.concatenate(blocks), rates[0]
    if rate != sample_rate_hz:
        # Only here, since importing librosa takes seconds.
        import librosa

        waveform = librosa.resample(waveform, orig_sr=rate, target_sr=sample_rate_hz)
    return np.ascontiguousarray(waveform, dtype=np.float32)


def files_below(folder: str | Path) -> dict[str, str]:
    """Sound files of a folder and those in it: path by name, where the name is the
    path below the folder, without its ending, or with it where two would be the same.

    Raises:
        UserError: there is no such folder, or no such file in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: there is no such folder of sound files")
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not files:
        raise UserError(f"{folder}: holds no sound file ({', '.join(SUFFIXES)})")
    stems = [str(file.relative_to(folder).with_suffix("")) for file in files]
    return {
        stem if stems.count(stem) == 1 else str(file.relative_to(folder)): str(file)
        for stem, file in zip(stems, files, strict=True)
    }


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
