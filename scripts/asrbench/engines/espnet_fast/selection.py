"""Which continuations survive a step, in the order in which ESPnet finds them.

ESPnet has two searches with the same result but for the order of equals: one
for decoders that score in batches, one for the others. Each selection here
calls ``topk`` on the same values in the same layout as its counterpart.

Shapes: n hypotheses, V tokens; both give parents and tokens, shape (beam,).
"""

import torch


def together(scores: torch.Tensor, beam: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``BatchBeamSearch``: the best of all n × V continuations, shape (n, V)."""
    best = scores.view(-1).topk(beam)[1]
    tokens = scores.size(1)
    return best.div(tokens, rounding_mode="trunc"), best % tokens


def row_by_row(scores: torch.Tensor, beam: int) -> tuple[torch.Tensor, torch.Tensor]:
    """``BeamSearch``: the best of each hypothesis, and of those the best.

    ESPnet sorts and prunes after each hypothesis; its sort is stable, so sorting
    once gives the same.
    """
    values, tokens = scores.topk(beam, dim=1)
    best = values.view(-1).sort(descending=True, stable=True)[1][:beam]
    return best.div(beam, rounding_mode="trunc"), tokens.view(-1)[best]
