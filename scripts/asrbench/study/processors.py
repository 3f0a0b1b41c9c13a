"""Which engines compute on a GPU, and in which precisions there."""

from collections.abc import Mapping

from asrbench.study import axes
from asrbench.study.axes import PROCESSOR, Value

CPU, GPU = PROCESSOR.allowed["enum"]

# An engine that is not here computes on the CPU alone. int8 of ESPnet is quantised for products
# that only CPUs have, and so are sherpa-onnx's files of int8.
PRECISIONS_ON_GPU: dict[str, tuple[str, ...]] = {
    "espnet": ("float32", "float16", "bfloat16"),
    "espnet-fast": ("float32", "float16", "bfloat16"),
    "espnet-transducer": ("float32",),
    "espnet-streaming": ("float32",),
    "faster-whisper": ("float32", "float16", "bfloat16", "int8"),
    "sherpa-onnx": ("float32",),
}


def fault(build: Mapping[str, Value]) -> str:
    """Why the engine of a build does not compute so; '' where it does.

    Args:
        build: the axes of a build, by name.
    """
    engine, precision = str(build["engine"]), str(build["precision"])
    on_gpu = build[PROCESSOR.name] == GPU
    if on_gpu and engine not in PRECISIONS_ON_GPU:
        have = ", ".join(PRECISIONS_ON_GPU)
        return f"{engine} computes on the CPU alone: set its processor to {CPU} ({have} have {GPU})"
    known = PRECISIONS_ON_GPU[engine] if on_gpu else axes.PRECISIONS_OF[engine]
    if precision in known:
        return ""
    there = f" on {build[PROCESSOR.name]}" if engine in PRECISIONS_ON_GPU else ""
    return f"{engine} has no {precision}{there}; it has {', '.join(known)}"
