"""ESPnet's transformer decoder, one position at a time, nothing computed twice.

ESPnet caches each layer's *outputs* and, at each step, projects them again to
keys and values of the whole prefix, and the encoder output again for every
hypothesis. A layer's output at a position depends on that position and those
before it alone, so its keys and values never change: here they are computed
once and kept.
"""

from dataclasses import dataclass

import torch

from asrbench.basics.errors import UserError
from asrbench.engines.espnet_fast.attention import CrossAttention, SelfAttention
from asrbench.engines.espnet_fast.past_tokens import PastTokens


@dataclass
class State:
    """Of one utterance: what all hypotheses share, and what each has of its own."""

    memory: list[tuple[torch.Tensor, torch.Tensor]]
    past: PastTokens
    position: int


class TransformerScorer:
    """Log probabilities of the next token by ``espnet2``'s ``TransformerDecoder``.

    Raises:
        UserError: a layer of it is of a kind that this engine does not know.
    """

    def __init__(self, decoder: torch.nn.Module):
        _check(decoder)
        self.decoder = decoder
        self.layers = [
            (layer, SelfAttention(layer.self_attn), CrossAttention(layer.src_attn))
            for layer in decoder.decoders
        ]

    def begin(self, encoded: torch.Tensor) -> State:
        """The state of the empty hypothesis.

        Args:
            encoded: encoder output, shape (T, D).
        """
        memory = [cross.of(encoded) for _, _, cross in self.layers]
        past = PastTokens(len(self.layers), self.layers[0][0].size, like=encoded)
        return State(memory, past, position=0)

    def score(self, state: State, last: torch.Tensor) -> torch.Tensor:
        """Log probabilities of all tokens after each hypothesis, shape (n, V).

        Args:
            last: the last token of each hypothesis, shape (n,), int64.
        """
        x = self._embedded(last, state.position)
        past = state.past.extended()
        for number, (layer, attend_past, attend_memory) in enumerate(self.layers):
            x = _residual(layer, x, layer.norm1, "concat_linear1", attend_past, past[:, number])
            x = _residual(
                layer, x, layer.norm2, "concat_linear2", attend_memory, state.memory[number]
            )
            inner = layer.norm3(x) if layer.normalize_before else x
            x = x + layer.feed_forward(inner)
            if not layer.normalize_before:
                x = layer.norm3(x)
        if self.decoder.normalize_before:
            x = self.decoder.after_norm(x)
        return torch.log_softmax(self.decoder.output_layer(x), dim=-1)

    def keep(self, state: State, parents: torch.Tensor, tokens: torch.Tensor) -> State:
        """The state of the hypotheses that survive: ``parents[i]`` with ``tokens[i]`` behind it."""
        state.past.keep(parents)
        return State(state.memory, state.past, state.position + 1)

    def _embedded(self, last: torch.Tensor, position: int) -> torch.Tensor:
        embedding, positions = self.decoder.embed
        x = embedding(last)
        # Grows the table of positions where an output is longer than any before.
        positions.extend_pe(x.new_empty(1).expand(1, position + 1))
        return x * positions.xscale + positions.pe[0, position]


def _residual(layer, x, norm, concat_linear: str, attend, context) -> torch.Tensor:
    inner = norm(x) if layer.normalize_before else x
    attended = attend(inner, context)
    if layer.concat_after:
        attended = getattr(layer, concat_linear)(torch.cat((inner, attended), dim=-1))
    x = x + attended
    return x if layer.normalize_before else norm(x)


def _check(decoder: torch.nn.Module) -> None:
    from espnet.nets.pytorch_backend.transformer.attention import MultiHeadedAttention
    from espnet.nets.pytorch_backend.transformer.decoder_layer import DecoderLayer
    from espnet.nets.pytorch_backend.transformer.embedding import PositionalEncoding
    from espnet.nets.pytorch_backend.transformer.positionwise_feed_forward import (
        PositionwiseFeedForward,
    )

    known = [(decoder.embed[-1], PositionalEncoding)]
    for layer in decoder.decoders:
        known.append((layer, DecoderLayer))
        if type(layer) is DecoderLayer:
            known.append((layer.self_attn, MultiHeadedAttention))
            known.append((layer.src_attn, MultiHeadedAttention))
            known.append((layer.feed_forward, PositionwiseFeedForward))
    for module, expected in known:
        if type(module) is not expected:
            raise UserError(
                "engine: espnet-fast does not know a transformer decoder with "
                f"{type(module).__name__} in place of {expected.__name__}: "
                "set engine: espnet for this model"
            )
    embedding = decoder.embed[0]
    if type(embedding) is not torch.nn.Embedding or decoder.output_layer is None:
        raise UserError(
            "engine: espnet-fast needs a transformer decoder with token embedding and output "
            "layer: set engine: espnet for this model"
        )
