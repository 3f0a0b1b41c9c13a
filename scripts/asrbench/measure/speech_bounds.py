"""Where speech begins and ends in a waveform, by its energy."""

import numpy as np

FRAME_S = 0.01
# A frame is speech where it is at most so much below the loudest one, and no digital silence.
BELOW_LOUDEST_DB = 35.0
_SILENCE_DB = -100.0
# In a noisy room that is not enough. What is quiet there is told by the quietest frames, and speech
# is so much above them; where there are none, as in an utterance without a pause, it is no more
# than so much below the loudest.
_QUIETEST = 0.05
ABOVE_QUIETEST_DB = 6.0
LEAST_BELOW_LOUDEST_DB = 15.0


def bounds_s(waveform: np.ndarray, sample_rate_hz: int) -> tuple[float, float] | None:
    """Begin of the first and end of the last frame of 10 ms that is speech; None where none is.

    Args:
        waveform: shape (samples,), float32. What is left of a last frame counts as one.
    """
    length = max(1, round(FRAME_S * sample_rate_hz))
    padded = np.pad(waveform.astype(np.float64), (0, -len(waveform) % length))
    power = np.mean(padded.reshape(-1, length) ** 2, axis=1)
    levels_db = 10 * np.log10(np.maximum(power, 1e-20))
    if not len(levels_db) or levels_db.max() < _SILENCE_DB:
        return None
    loudest_db = levels_db.max()
    above_noise_db = min(
        np.quantile(levels_db, _QUIETEST) + ABOVE_QUIETEST_DB, loudest_db - LEAST_BELOW_LOUDEST_DB
    )
    speech = np.flatnonzero(levels_db >= max(loudest_db - BELOW_LOUDEST_DB, above_noise_db))
    end = min((speech[-1] + 1) * length, len(waveform))
    return float(speech[0] * length / sample_rate_hz), float(end / sample_rate_hz)
