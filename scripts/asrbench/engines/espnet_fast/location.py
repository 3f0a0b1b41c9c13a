"""Attention of ESPnet's RNN decoder for a batch of hypotheses of one utterance.

Location-aware attention (Chorowski et al. 2015, arXiv 1506.07503): the energy of
encoder step t is gᵀ tanh(V h_t + W z + U (f ∗ a)_t) + b, with z the decoder's
state, a the attention weights of the step before and f a convolution; the
weights are softmax(s · energy) with the sharpening s = 2 that ESPnet uses.

tanh(u) = 2 σ(2u) − 1, so softmax(s · gᵀ tanh(u)) = softmax(2s · gᵀ σ(2u)): what
is the same for all t falls out of a softmax, b included. The sigmoid costs a
quarter of the hyperbolic tangent here, and it is most of the work of a step.

Letters in shapes: m hypotheses, T encoder steps, D features of the encoder,
A attention features, C convolution channels.
"""

from dataclasses import dataclass

import torch

# Numbers that are worked on at a time: more would not fit a core's cache, and would cost memory.
_AT_A_TIME = 1 << 18

# The default of ESPnet's attention modules, which its decoder does not change.
SHARPENING = 2.0


@dataclass
class Memory:
    """Of one utterance: encoder output (T, D), and twice its projection (T, A)."""

    encoded: torch.Tensor
    doubled: torch.Tensor


class LocationAttention:
    """ESPnet's ``AttLoc``."""

    def __init__(self, module: torch.nn.Module):
        self.module = module
        self.from_located = _weight(module.mlp_att).t()  # (C, A)
        self.to_energy = _weight(module.gvec)[0]  # (A,)

    def begin(self, encoded: torch.Tensor) -> Memory:
        """What all hypotheses share.

        Args:
            encoded: encoder output, shape (T, D).
        """
        return Memory(encoded, self.module.mlp_enc(encoded).mul_(2))

    def __call__(
        self, memory: Memory, z: torch.Tensor, before: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Context (m, D) and attention weights (m, T).

        Args:
            z: the decoder's state, shape (m, units).
            before: weights of the step before, shape (m, T); None at the first step.
        """
        steps = len(memory.encoded)
        if before is None:
            before = z.new_full((len(z), steps), 1.0 / steps)
        rows = max(1, _AT_A_TIME // memory.doubled.numel())
        parts = zip(self.module.mlp_dec(z).split(rows), before.split(rows), strict=True)
        energy = torch.cat([self._energy(memory.doubled, *part) for part in parts])
        weights = energy.mul_(2 * SHARPENING).softmax(1)
        return weights @ memory.encoded, weights

    def _energy(
        self, doubled: torch.Tensor, from_z: torch.Tensor, before: torch.Tensor
    ) -> torch.Tensor:
        """gᵀ σ(2 u) of every step, shape (m, T), from W z, shape (m, A)."""
        located = self._located(before)
        # The last row of the second factor adds W z to every step: one product for both.
        factors = torch.cat((self.from_located.expand(len(before), -1, -1), from_z[:, None]), dim=1)
        inner = torch.baddbmm(doubled.expand(len(before), -1, -1), located, factors, alpha=2)
        return torch.matmul(inner.sigmoid_(), self.to_energy)

    def _located(self, before: torch.Tensor) -> torch.Tensor:
        """The convolution of the weights before, and a column of ones: (m, T) to (m, T, C+1)."""
        kernel = self.module.loc_conv.weight.flatten(1)
        half = kernel.size(1) // 2
        windows = torch.nn.functional.pad(before, (half, half)).unfold(1, kernel.size(1), 1)
        located = before.new_ones(len(before), len(kernel) + 1, before.size(1))
        located[:, :-1] = torch.matmul(kernel, windows.transpose(1, 2))
        return located.transpose(1, 2)


def _weight(linear: torch.nn.Module) -> torch.Tensor:
    """The weights of a layer, of one that is quantised as the numbers that they stand for."""
    weight = linear.weight
    return weight if isinstance(weight, torch.Tensor) else weight().dequantize()


class SharedAttention:
    """ESPnet's ``AttDot`` or ``AttAdd``: as it is, with the encoder's side computed for one row.

    These modules keep their projection of the encoder output from their first
    call on. That call is made with a single hypothesis, and what is kept then
    broadcasts over any number.
    """

    def __init__(self, module: torch.nn.Module):
        self.module = module

    def begin(self, encoded: torch.Tensor) -> torch.Tensor:
        """What all hypotheses share: the encoder output, shape (T, D)."""
        self.module.reset()
        return encoded

    def __call__(
        self, memory: torch.Tensor, z: torch.Tensor, before: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Context (m, D) and attention weights (m, T); see :class:`LocationAttention`."""
        m, steps = len(z), len(memory)
        return self.module(memory.expand(m, -1, -1), [steps] * m, z, before)
