"""CTC without a search: the best token of each frame, repeats and blanks left out."""

from typing import Any

import torch

BLANK = 0


class GreedySearch(torch.nn.Module):
    """Stands in the place of ESPnet's beam search of a model with a CTC head.

    Args:
        reference: ESPnet's search, from which tokens are taken.
        ctc: the model's CTC head.
        hypothesis: ESPnet's class of a hypothesis.
    """

    def __init__(self, reference: Any, ctc: torch.nn.Module, hypothesis: Any):
        super().__init__()
        self.nn_dict, self.token_list = reference.nn_dict, reference.token_list
        self.weights, self.beam_size = reference.weights, 1
        self.start, self.end = reference.sos, reference.eos
        self.scorers = {"ctc": ctc}
        self._hypothesis = hypothesis

    @torch.inference_mode()
    def forward(self, x: torch.Tensor, **_lengths: float) -> list:
        """Decode one utterance.

        Args:
            x: encoder output, shape (T, features).

        Returns:
            One hypothesis, whose score is the log probability of the path of best tokens.
        """
        ctc: Any = self.scorers["ctc"]
        scores, path = ctc.log_softmax(x[None])[0].max(dim=-1)
        tokens = torch.unique_consecutive(path)
        tokens = tokens[tokens != BLANK]
        ends = tokens.new_tensor([self.start]), tokens.new_tensor([self.end])
        sequence = torch.cat((ends[0], tokens, ends[1]))
        score = scores.sum()
        return [self._hypothesis(yseq=sequence, score=score, scores={"ctc": score}, states={})]
