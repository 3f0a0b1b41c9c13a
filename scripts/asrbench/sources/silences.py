"""Long speech in pieces, cut where it is quietest."""

import numpy as np

_WINDOW_S = 0.1  # over which it is to be quiet


def cut(waveform: np.ndarray, sample_rate_hz: int, longest_s: float) -> list[np.ndarray]:
    """Pieces in order, which together are the waveform.

    Args:
        waveform: shape (samples,).
        sample_rate_hz: its rate.
        longest_s: of a piece, at least a second. If anything is cut, no piece is
            shorter than half of it.

    Returns:
        Each of shape (n,).
    """
    longest, half_window = round(longest_s * sample_rate_hz), int(_WINDOW_S * sample_rate_hz / 2)
    pieces = []
    while len(waveform) > longest:
        rest = len(waveform)
        first = max(longest // 2, rest - longest if rest <= 2 * longest else 0)
        last = min(longest, rest - longest // 2)
        energy = np.concatenate([[0.0], np.cumsum(np.square(waveform, dtype=np.float64))])
        places = np.arange(first, last + 1)
        place = places[np.argmin(energy[places + half_window] - energy[places - half_window])]
        pieces.append(waveform[:place])
        waveform = waveform[place:]
    return [*pieces, waveform]
