"""Where speech begins and ends in a waveform, by its energy."""

import numpy as np

FRAME_S = 0.01
# A frame is speech where it is at most so much below the loudest one, and no digital silence.
BELOW_LOUDEST_DB = 35.0
_SILENCE_RMS = 1e-5


def bounds_s(waveform: np.ndarray, sample_rate_hz: int) -> tuple[float, float] | None:
    """Begin of the first and end of the last frame of 10 ms that is speech; None where none is.

    Args:
        waveform: shape (samples,), float32. What is left of a last frame counts as one.
    """
    length = max(1, round(FRAME_S * sample_rate_hz))
    padded = np.pad(waveform.astype(np.float64), (0, -len(waveform) % length))
    rms = np.sqrt(np.mean(padded.reshape(-1, length) ** 2, axis=1))
    if not len(rms) or rms.max() < _SILENCE_RMS:
        return None
    loud = np.flatnonzero(rms >= rms.max() * 10 ** (-BELOW_LOUDEST_DB / 20))
    end = min((loud[-1] + 1) * length, len(waveform))
    return float(loud[0] * length / sample_rate_hz), float(end / sample_rate_hz)
