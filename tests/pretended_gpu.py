"""A GPU that is none: its tensors hold their values on the CPU, and mix with none of the CPU.

Every operation runs on the CPU's values. Two tensors of different devices in one operation are
refused, as CUDA refuses them (but for a number, which has no dimension), and NumPy gets no tensor
of the GPU. So code that leaves a tensor behind on the CPU fails here as it fails there. What is
counted is what a clock and a meter of memory ask for.
"""

import contextlib
import ctypes
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map, tree_map_only

GPU = torch.device("cuda:0")
NAME = "Pretended GPU"
_COPIES = ("to", "_to_copy", "copy_")
# Take a length or an index from the CPU's memory as well (the first alone), as on a real one.
_WITH_LENGTHS = ("_pack_padded_sequence", "_pad_packed_sequence", "lstm")
_WITH_INDICES = ("index", "index_put_")


class OnGpu(torch.Tensor):
    """A tensor of the GPU; ``held`` has its values."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor):
        return torch.Tensor._make_wrapper_subclass(
            cls,
            held.size(),
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=GPU,
            requires_grad=False,
            dispatch_sizes_strides_policy="sizes",  # those of the values, which may be resized
        )

    def __init__(self, held: torch.Tensor):
        self.held = held

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        return _run(function, args, kwargs or {})

    def new(self, *data):
        """An old way of torch to make a tensor like this one."""
        return OnGpu(self.held.new(*data))

    def new_tensor(self, data):
        """Another such way."""
        return OnGpu(self.held.new_tensor(data))

    def tolist(self):
        """Values go to the CPU, which waits for the GPU by itself."""
        return self.held.tolist()

    def __format__(self, how: str) -> str:
        return format(self.held, how)

    def __repr__(self) -> str:
        return f"OnGpu({self.held!r})"


def _run(function, args, kwargs):
    tensors: list[torch.Tensor] = []
    asked: list[torch.device] = []
    tree_map_only(torch.Tensor, tensors.append, (args, kwargs))
    tree_map_only(torch.device, asked.append, (args, kwargs))
    there = any(isinstance(each, OnGpu) for each in tensors)
    left = [each for each in tensors if not isinstance(each, OnGpu) and each.dim()]
    name = function._schema.name.removeprefix("aten::")
    if there and left and name not in (*_COPIES, *_WITH_LENGTHS, *_WITH_INDICES):
        raise RuntimeError(
            f"Expected all tensors to be on the same device, but found cuda:0 and cpu! ({name})"
        )
    held = tree_map_only(OnGpu, lambda each: each.held, (args, kwargs))
    held = tree_map_only(torch.device, lambda _: torch.device("cpu"), held)
    found = _instead(function)(*held[0], **held[1])
    on_gpu = asked[0].type == "cuda" if asked else there
    if name == "_local_scalar_dense" or not on_gpu:
        return found
    if name.endswith("_") and isinstance(args[0], OnGpu):
        return args[0]  # changed in its place
    if name in _WITH_LENGTHS and name != "lstm":
        return _put(found[0]), found[1]
    return tree_map(_put, found)


def _put(value):
    return OnGpu(value) if isinstance(value, torch.Tensor) else value


def _instead(function):
    """The operation, or what stands for one that only GPUs have, or asks for a shape."""
    return _STANDS_FOR.get(function._schema.name.removeprefix("aten::"), function)


def _lstm_cell(of_input, of_hidden, cell, bias_input=None, bias_hidden=None):
    gates = of_input + of_hidden
    for bias in (bias_input, bias_hidden):
        gates = gates if bias is None else gates + bias
    into, forget, new, out = gates.chunk(4, 1)
    cell = forget.sigmoid() * cell + into.sigmoid() * new.tanh()
    return out.sigmoid() * cell.tanh(), cell, gates


_STANDS_FOR = {
    "_thnn_fused_lstm_cell": _lstm_cell,
    "size": torch.Tensor.size,
    "sym_size": torch.Tensor.size,
    "stride": torch.Tensor.stride,
    "sym_stride": torch.Tensor.stride,
    "numel": torch.Tensor.numel,
    "sym_numel": torch.Tensor.numel,
    "dim": torch.Tensor.dim,
    "is_contiguous": torch.Tensor.is_contiguous,
    "storage_offset": torch.Tensor.storage_offset,
    "sym_storage_offset": torch.Tensor.storage_offset,
}


class _Made(TorchDispatchMode):
    """New tensors, too, which are asked for on the GPU."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        return _run(function, args, kwargs or {})


class Calls(Counter):
    """How often each call was made; ``order`` has them one by one.

    Attributes:
        peak_bytes: what is told of memory.
    """

    peak_bytes = 123

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    def note(self, name: str) -> None:
        """One more call."""
        self[name] += 1
        self.order.append(name)


def _numbers(data):
    """Numbers that torch would fetch from the GPU itself."""
    return tree_map_only(OnGpu, lambda each: each.held.tolist(), data)


def _no_guard_is_needed() -> None:
    """Give torch a switch between devices of this kind, which a build for the CPU lacks.

    It is that of the device without values (meta), which does nothing.
    """
    library = ctypes.CDLL(str(Path(torch.__file__).parent / "lib/libc10.so"))
    kinds = (ctypes.c_void_p * 21).in_dll(library, "_ZN3c104impl26device_guard_impl_registryE")
    cuda, meta = 1, 14  # as c10/core/DeviceType.h numbers them
    kinds[cuda] = kinds[cuda] or kinds[meta]


@contextlib.contextmanager
def in_place(monkeypatch) -> Iterator[Calls]:
    """In the place of torch.cuda inside this block; what is called of it is noted.

    A torch with CUDA of its own takes no stand-in, and dies of it: the test is skipped.
    """
    if torch.backends.cuda.is_built():
        pytest.skip("this torch is built for CUDA: tests/test_real_gpu.py is for it")
    calls, cuda = Calls(), torch.cuda
    monkeypatch.setattr(cuda, "init", lambda: calls.note("init"))
    monkeypatch.setattr(cuda, "_lazy_init", lambda: None)
    monkeypatch.setattr(cuda, "synchronize", lambda: calls.note("synchronize"))
    monkeypatch.setattr(cuda, "reset_peak_memory_stats", lambda: calls.note("reset"))
    monkeypatch.setattr(cuda, "max_memory_allocated", lambda: calls.peak_bytes)
    monkeypatch.setattr(cuda, "get_device_name", lambda: NAME)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    # A module's parameters become others when it is moved, and are not filled in their place.
    monkeypatch.setattr(torch.__future__, "_overwrite_module_params_on_conversion", True)
    # Tensors of that mode cannot be changed in their place from Python.
    monkeypatch.setattr(torch._C, "_InferenceMode", lambda _mode: torch.no_grad())
    tensor = torch.tensor
    monkeypatch.setattr(torch, "tensor", lambda data, **said: tensor(_numbers(data), **said))
    _no_guard_is_needed()
    torch._C._set_only_lift_cpu_tensors(True)  # torch.tensor makes it there, and moves it then
    try:
        with _Made():
            yield calls
    finally:
        torch._C._set_only_lift_cpu_tensors(False)
