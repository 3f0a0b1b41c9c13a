"""ESPnet's RNN decoder for all hypotheses at once.

``espnet2``'s ``RNNDecoder`` scores one hypothesis a call. Its cells and linear
layers take batches as they are, so one call of each serves all hypotheses.

The attention of a step looks at the state *before* the last token is read.
Hypotheses with the same parent have that state in common, so it attends once
a parent: `rows` below, of which each hypothesis points at one.
"""

from dataclasses import dataclass

import torch

from asrbench.basics.errors import UserError
from asrbench.engines.espnet_fast.location import LocationAttention, SharedAttention


@dataclass
class State:
    """m rows, one a parent, and n hypotheses.

    ``z`` and ``c`` (a gated unit has no ``c``): states of each layer, shape (m, units).
    ``weights``: attention weights of the step before, shape (m, T), None at the start.
    ``row``: which row a hypothesis goes on from, shape (n,), int64.
    """

    memory: object
    z: list[torch.Tensor]
    c: list[torch.Tensor]
    weights: torch.Tensor | None
    row: torch.Tensor


class RnnScorer:
    """Log probabilities of the next token by ``espnet2``'s ``RNNDecoder``.

    Raises:
        UserError: it has several encoders, or attention that this engine does not know.
    """

    def __init__(self, decoder: torch.nn.Module):
        self.decoder = decoder
        self.attention = _attention(decoder)

    def begin(self, encoded: torch.Tensor) -> State:
        """The state of the empty hypothesis.

        Args:
            encoded: encoder output, shape (T, D).
        """
        zeros = [encoded.new_zeros(1, self.decoder.dunits) for _ in range(self.decoder.dlayers)]
        row = torch.zeros(1, dtype=torch.int64, device=encoded.device)
        return State(self.attention.begin(encoded), zeros, list(zeros), None, row)

    def score(self, state: State, last: torch.Tensor) -> torch.Tensor:
        """Log probabilities of all tokens after each hypothesis, shape (n, V).

        Args:
            last: the last token of each hypothesis, shape (n,), int64.
        """
        decoder = self.decoder
        context, state.weights = self.attention(state.memory, state.z[0], state.weights)
        context = context[state.row]
        x = torch.cat((decoder.embed(last), context), dim=1)
        z, c = [[layer[state.row] for layer in layers] for layers in (state.z, state.c)]
        state.z, state.c = decoder.rnn_forward(x, list(z), list(c), z, c)
        out = state.z[-1]
        if decoder.context_residual:
            out = torch.cat((out, context), dim=-1)
        return torch.log_softmax(decoder.output(out), dim=1)

    def keep(self, state: State, parents: torch.Tensor, tokens: torch.Tensor) -> State:
        """The state of the hypotheses that survive: ``parents[i]`` with ``tokens[i]`` behind it."""
        assert state.weights is not None  # since they were scored
        kept, row = torch.unique(parents, return_inverse=True)
        return State(
            memory=state.memory,
            z=[layer[kept] for layer in state.z],
            c=[layer[kept] for layer in state.c],
            weights=state.weights[state.row[kept]],
            row=row,
        )


def _attention(decoder: torch.nn.Module):
    from espnet.nets.pytorch_backend.rnn.attentions import AttAdd, AttDot, AttLoc

    modules = {AttLoc: LocationAttention, AttDot: SharedAttention, AttAdd: SharedAttention}
    module = decoder.att_list[0]
    if decoder.num_encs != 1 or type(module) not in modules:
        names = ", ".join(known.__name__ for known in modules)
        raise UserError(
            f"engine: espnet-fast does not know an RNN decoder with {decoder.num_encs} encoder(s) "
            f"and {type(module).__name__}, only one encoder and {names}: "
            "set engine: espnet for this model"
        )
    return modules[type(module)](module)
