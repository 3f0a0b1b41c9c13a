"""When each piece of a stream is done, on a clock that only computing and speech move.

Piece i of the speech arrives when it has been spoken, and is done at max(arrival, when the piece
before was done) + its own computing. Nothing sleeps, so that a run is as short as its computing
and can be repeated; what a person would wait for is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np


@dataclass
class Heard:
    """One utterance, piece by piece. Times are seconds since the utterance began.

    Attributes:
        arrived_s: when each piece had been spoken.
        compute_s: seconds of computing for each.
        texts: the text after each, which may still change.
        done_s: when each was done.
        end_compute_s: seconds of computing for the end of the utterance.
        end_s: when the text that stays was there.
        text: it.
    """

    arrived_s: list[float] = field(default_factory=list)
    compute_s: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    done_s: list[float] = field(default_factory=list)
    end_compute_s: float = 0.0
    end_s: float = 0.0
    text: str = ""

    def piece(self, arrived_s: float, compute_s: float, text: str) -> None:
        """One more piece is computed."""
        before_s = self.done_s[-1] if self.done_s else 0.0
        self.arrived_s.append(arrived_s)
        self.compute_s.append(compute_s)
        self.texts.append(text)
        self.done_s.append(max(arrived_s, before_s) + compute_s)

    def end(self, compute_s: float, text: str) -> None:
        """The end of the utterance is computed, after its last piece."""
        self.end_compute_s, self.text = compute_s, text
        self.end_s = (self.done_s[-1] if self.done_s else 0.0) + compute_s

    @property
    def first_text_s(self) -> float:
        """When the first words were there; NaN where there were none."""
        for text, done_s in zip(self.texts, self.done_s, strict=True):
            if text.strip():
                return done_s
        return self.end_s if self.text.strip() else float("nan")

    @property
    def backlog_s(self) -> np.ndarray:
        """How long after its arrival each piece was done, shape (pieces,)."""
        return np.subtract(self.done_s, self.arrived_s)

    @property
    def late_pieces(self) -> int:
        """Pieces whose computing took longer than they last."""
        lasts_s = np.diff(self.arrived_s, prepend=0.0)
        return int(np.sum(np.array(self.compute_s) > lasts_s))


def revisions(texts: Sequence[str]) -> int:
    """How many of these texts, each longer in time, change or drop a word of the one before.

    The last word of a text may grow: PART becomes PARTY.
    """
    count = 0
    for before, after in pairwise(texts):
        old, new = before.split(), after.split()
        kept = new[: len(old)]
        if old and kept != old:
            grown = kept[:-1] == old[:-1] and len(kept) == len(old) and kept[-1].startswith(old[-1])
            count += not grown
    return count
