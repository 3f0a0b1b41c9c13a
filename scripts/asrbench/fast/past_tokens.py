"""Self-attention keys and values of all layers, reordered as hypotheses live and die."""

import torch

# Positions that are made room for at first; room doubles when it is used up.
FIRST_ROOM = 32


class PastTokens:
    """Keys and values of every position, layer and hypothesis.

    A reordering copies from one block of memory into another and then swaps
    them, so that a step allocates nothing. Position is the first dimension, so
    what is used of a block is one contiguous piece of it.
    """

    def __init__(self, layers: int, features: int, like: torch.Tensor):
        self._shape = (layers, 2)
        self._features = features
        self._like = like
        self._length = 0
        self._hypotheses = 1
        self._block = self._empty(0)
        self._spare = self._empty(0)

    def _empty(self, elements: int) -> torch.Tensor:
        return self._like.new_empty(elements)

    def _view(self, block: torch.Tensor, length: int, hypotheses: int) -> torch.Tensor:
        shape = (length, *self._shape, hypotheses, self._features)
        return block[: _product(shape)].view(shape)

    def extended(self) -> torch.Tensor:
        """Room for one more position: shape (L, layers, 2, n, features), the last to be written."""
        length, n = self._length + 1, self._hypotheses
        needed = length * _product((*self._shape, n, self._features))
        if needed > len(self._block):
            room = self._empty(max(needed, 2 * len(self._block)))
            used = self._view(self._block, self._length, n).reshape(-1)
            room[: len(used)] = used
            self._block = room
        self._length = length
        return self._view(self._block, length, n)

    def keep(self, parents: torch.Tensor) -> None:
        """Hypothesis i goes on from hypothesis ``parents[i]``; shape (n,), int64."""
        present = self._view(self._block, self._length, self._hypotheses)
        n = len(parents)
        per_position = _product((*self._shape, n, self._features))
        if self._length * per_position > len(self._spare):
            room = max(self._length, FIRST_ROOM) * per_position
            self._spare = self._empty(max(room, len(self._block)))
        future = self._view(self._spare, self._length, n)
        torch.index_select(present, 3, parents, out=future)
        self._block, self._spare = self._spare, self._block
        self._hypotheses = n


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product
