"""One recording made into many: loudness, a little noise, another throat."""

import numpy as np


def recorded(audio: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Noise at 22 to 45 dB and a random loudness; float32 (time,) to float32 (time,)."""
    snr_db = rng.uniform(22, 45)
    noise = rng.standard_normal(len(audio))
    if rng.random() < 0.5:  # half of the time a low rumble in place of a hiss
        noise = np.convolve(noise, np.ones(8) / 8, mode="same")
    noise *= np.sqrt(np.mean(audio**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)
    audio = audio + noise
    return (audio * 10 ** rng.uniform(-1.3, -0.4) / np.abs(audio).max()).astype(np.float32)


def another_throat(audio: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Play up to an eighth faster or slower; float32 (time,) to float32 (other time,).

    Pitch and formants move together: a cheap new speaker, so that a model cannot learn the few
    voices by heart. Straight lines between samples are good enough for that.
    """
    speed = rng.uniform(0.89, 1.125)
    where = np.arange(0, len(audio) - 1, speed)
    return np.interp(where, np.arange(len(audio)), audio).astype(np.float32)
