"""How much latencies differ within a round (utterances) and between rounds (processes)."""

import numpy as np


def within_rounds(cells: np.ndarray) -> float:
    """Standard deviation over the utterances of a pass, pooled over passes and rounds.

    Args:
        cells: shape (rounds, passes, utterances), NaN where absent.

    Returns:
        NaN where no pass has two utterances.
    """
    cells = cells.reshape(-1, cells.shape[-1])
    counts = np.isfinite(cells).sum(1)
    cells, counts = cells[counts > 1], counts[counts > 1]
    if not counts.size:
        return float("nan")
    variances = np.nanvar(cells, axis=1, ddof=1)
    return float(np.sqrt(np.average(variances, weights=counts - 1)))


def between_rounds(cells: np.ndarray) -> float:
    """Standard deviation of the rounds' means, over the utterances that every pass has.

    Args:
        cells: shape (rounds, passes, utterances), NaN where absent.

    Returns:
        NaN with one round, or where the rounds share no utterance.
    """
    shared = cells[:, :, np.isfinite(cells).all((0, 1))]
    if len(shared) < 2 or not shared.size:
        return float("nan")
    return float(shared.mean((1, 2)).std(ddof=1))
