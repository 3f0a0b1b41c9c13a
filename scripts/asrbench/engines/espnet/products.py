"""Counts the floating-point operations of matrix products and convolutions that torch runs.

torch's own FlopCounterMode has the formulas. It also tells modules apart and falls back to
decompositions, for which it imports torch's compiler: more than half of the time of a count.
"""

from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


class _Counting:
    """What is done at each operation: not in the mode, where torch's compiler would wrap it."""

    operations = 0

    def __torch_dispatch__(self, function, _types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        formula = flop_registry.get(function.overloadpacket)
        if formula is not None:
            self.operations += formula(*args, **(kwargs or {}), out_val=out)
        return out


class Products(_Counting, TorchDispatchMode):
    """A context that counts: ``operations``, two a multiply-add."""
