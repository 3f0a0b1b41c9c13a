"""Multi-head attention of a transformer decoder at one position, keys and values kept.

Both classes wrap one of ESPnet's ``MultiHeadedAttention`` and compute what its
``forward`` does with the last position as the only query: softmax(q kᵀ / √d) v
for each head, no mask (nothing that comes later exists yet, and one utterance
has no padding).

Letters in shapes: n hypotheses, H heads, d features a head, D = H·d features,
T encoder steps, L tokens so far.
"""

import math

import torch


class Heads:
    """The projections of one attention, head by head."""

    def __init__(self, module: torch.nn.Module):
        self.module = module
        self.heads = module.h
        self.scale = math.sqrt(module.d_k)

    def _split(self, features: torch.Tensor) -> torch.Tensor:
        """(rows, D) to (rows, H, d)."""
        return features.view(features.size(0), self.heads, self.module.d_k)

    def queries(self, x: torch.Tensor) -> torch.Tensor:
        """(n, D) to (n, H, d)."""
        return self.module.q_norm(self._split(self.module.linear_q(x)))

    def keys(self, x: torch.Tensor) -> torch.Tensor:
        """(rows, D) to (rows, H, d)."""
        return self.module.k_norm(self._split(self.module.linear_k(x)))

    def values(self, x: torch.Tensor) -> torch.Tensor:
        """(rows, D) to (rows, H, d)."""
        return self._split(self.module.linear_v(x))


class CrossAttention(Heads):
    """Attention of every hypothesis to the same encoder output."""

    def of(self, encoded: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Keys (H, d, T) and values (H, T, d) of an utterance.

        Args:
            encoded: encoder output, shape (T, D).
        """
        return self.keys(encoded).permute(1, 2, 0), self.values(encoded).permute(1, 0, 2)

    def __call__(self, x: torch.Tensor, memory: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        """Context of each hypothesis, (n, D) to (n, D)."""
        keys, values = memory
        weights = torch.matmul(self.queries(x).transpose(0, 1), keys).div_(self.scale)
        context = torch.matmul(weights.softmax(-1), values)
        return self.module.linear_out(context.transpose(0, 1).reshape(x.size(0), -1))


class SelfAttention(Heads):
    """Attention of each hypothesis to its own tokens."""

    def __call__(self, x: torch.Tensor, past: torch.Tensor) -> torch.Tensor:
        """Context of each hypothesis; writes the new position's keys and values into ``past``.

        Args:
            x: the last position, shape (n, D).
            past: keys and values of all positions, shape (L, 2, n, D); the last
                position is written here.
        """
        length, _, n, _ = past.shape
        past[-1, 0] = self.keys(x).flatten(1)
        past[-1, 1] = self.values(x).flatten(1)
        rows = n * self.heads
        keys = past[:, 0].view(length, rows, -1).permute(1, 2, 0)
        values = past[:, 1].view(length, rows, -1).transpose(0, 1)
        weights = torch.bmm(self.queries(x).reshape(rows, 1, -1), keys).div_(self.scale)
        context = torch.bmm(weights.softmax(-1), values)
        return self.module.linear_out(context.view(n, -1))
