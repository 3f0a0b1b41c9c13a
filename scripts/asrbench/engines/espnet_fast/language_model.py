"""ESPnet's language model for all hypotheses at once, also where ESPnet asks it one by one."""

from dataclasses import dataclass, field

import torch


@dataclass
class State:
    """n hypotheses: their tokens, shape (n, length), int64, and what the model keeps of each.

    ``after`` is what it keeps once their last token was read.
    """

    tokens: torch.Tensor
    before: list
    after: list = field(default_factory=list)


class LanguageModelScorer:
    """Log probabilities of the next token by one of ``espnet2.lm``.

    Args:
        lm: has ESPnet's ``batch_score``.
        start: the token that every hypothesis begins with.
    """

    def __init__(self, lm: torch.nn.Module, start: int):
        self.lm, self.start = lm, start

    def begin(self, encoded: torch.Tensor) -> State:
        """The state of the empty hypothesis; of ``encoded`` only the device counts."""
        tokens = torch.full((1, 1), self.start, dtype=torch.int64, device=encoded.device)
        return State(tokens, [None])

    def score(self, state: State, last: torch.Tensor) -> torch.Tensor:
        """Log probabilities of all tokens after each hypothesis, shape (n, V)."""
        scores, state.after = self.lm.batch_score(state.tokens, state.before, None)
        return scores

    def keep(self, state: State, parents: torch.Tensor, tokens: torch.Tensor) -> State:
        """The state of the hypotheses that survive: ``parents[i]`` with ``tokens[i]`` behind it."""
        grown = torch.cat((state.tokens[parents], tokens[:, None]), dim=1)
        return State(grown, [state.after[parent] for parent in parents.tolist()])
