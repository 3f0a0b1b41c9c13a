"""Self-attention keys and values of all layers, reordered as hypotheses live and die."""

import math

import torch

# Room is made for so many positions at a time.
POSITIONS = 32


class PastTokens:
    """Keys and values of every position, layer and hypothesis.

    A reordering copies from one block of memory into another and then swaps
    them, so that most steps allocate nothing. Position is the first dimension,
    so what is used of a block is one contiguous piece of it.
    """

    def __init__(self, layers: int, features: int, like: torch.Tensor):
        self._shape = (layers, 2)
        self._features = features
        self._like = like
        self._length = 0
        self._hypotheses = 1
        self._block = like.new_empty(0)
        self._spare = like.new_empty(0)

    def _per_position(self, hypotheses: int) -> int:
        return math.prod(self._shape) * hypotheses * self._features

    def _room(self, hypotheses: int) -> torch.Tensor:
        positions = (self._length // POSITIONS + 1) * POSITIONS
        return self._like.new_empty(positions * self._per_position(hypotheses))

    def _view(self, block: torch.Tensor, length: int, hypotheses: int) -> torch.Tensor:
        used = block[: length * self._per_position(hypotheses)]
        return used.view(length, *self._shape, hypotheses, self._features)

    def extended(self) -> torch.Tensor:
        """Room for one more position: shape (L, layers, 2, n, features), the last to be written."""
        n = self._hypotheses
        if (self._length + 1) * self._per_position(n) > len(self._block):
            present = self._view(self._block, self._length, n)
            self._block = self._room(n)
            self._view(self._block, self._length, n).copy_(present)
        self._length += 1
        return self._view(self._block, self._length, n)

    def keep(self, parents: torch.Tensor) -> None:
        """Hypothesis i goes on from hypothesis ``parents[i]``; shape (n,), int64."""
        present = self._view(self._block, self._length, self._hypotheses)
        n = len(parents)
        if self._length * self._per_position(n) > len(self._spare):
            self._spare = self._room(n)
        future = self._view(self._spare, self._length, n)
        torch.index_select(present, 3, parents, out=future)
        self._block, self._spare = self._spare, self._block
        self._hypotheses = n
