"""Hypotheses that have ended, and when it is pointless to look for more."""

from typing import NamedTuple

import torch


class Hypothesis(NamedTuple):
    """One that ended: start and end tokens included, its score, and the scorers' shares of it."""

    tokens: torch.Tensor
    score: float
    parts: dict[str, float]


class Ended:
    """A list of them, in the order in which they ended."""

    def __init__(self) -> None:
        self.hypotheses: list[Hypothesis] = []
        self._best: dict[int, float] = {}

    def add(self, tokens: torch.Tensor, scores: torch.Tensor, parts: dict[str, torch.Tensor]):
        """Add several of the same length.

        Args:
            tokens: shape (n, length), int64.
            scores: shape (n,).
            parts: each scorer's unweighted sum, shape (n,).
        """
        columns = {name: values.tolist() for name, values in parts.items()}
        for i, score in enumerate(scores.tolist()):
            shares = {name: values[i] for name, values in columns.items()}
            self.hypotheses.append(Hypothesis(tokens[i], score, shares))
            length = tokens.size(1)
            self._best[length] = max(score, self._best.get(length, score))

    def no_more_needed(self, position: int) -> bool:
        """ESPnet's ``end_detect``, which looks at the best score of each length alone."""
        from espnet.nets.e2e_asr_common import end_detect

        best = [{"score": score, "yseq": range(n)} for n, score in self._best.items()]
        return bool(end_detect(best, position))

    def ranked(self, by_length: bool) -> list:
        """ESPnet's hypotheses, the best first; those that ended earlier first among equals.

        Args:
            by_length: whether to divide scores by the number of tokens.
        """
        from espnet.nets.beam_search import Hypothesis as EspnetHypothesis

        ranked = [
            EspnetHypothesis(yseq=tokens, score=torch.tensor(score), scores=parts)
            for tokens, score, parts in self.hypotheses
        ]
        if by_length:
            return sorted(ranked, key=lambda h: h.score / (len(h.yseq) - 1), reverse=True)
        return sorted(ranked, key=lambda h: h.score, reverse=True)
