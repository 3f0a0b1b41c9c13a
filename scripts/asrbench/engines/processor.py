"""What a build computes on, for the clocks around it and for what it takes of memory.

A GPU is given work and the call returns; the work is done later. So each clock of this project
asks the processor for the time, and a GPU is waited for there and nowhere else.
"""

import time
from collections.abc import Mapping
from importlib import util
from pathlib import Path

from asrbench.basics.errors import UserError, said
from asrbench.device import gpus
from asrbench.study.axes import GPU, PROCESSOR
from asrbench.study.engine_axes import ESPNET


class Processor:
    """The CPU: what is asked of it is done when a call returns.

    Attributes:
        name: as it stands in the configuration, and as runtimes know it.
        torch_device: where torch keeps tensors.
        now_s: the clock, in seconds since an unknown beginning, when all work is done.
        each_untimed_first: whether every input is decoded once before it is timed.
    """

    name = PROCESSOR.default
    torch_device = "cpu"
    now_s = staticmethod(time.perf_counter)
    each_untimed_first = False

    def begin_memory(self) -> None:
        """What comes has a peak of GPU memory of its own."""

    def peak_bytes(self) -> int | str:
        """The most GPU memory since :meth:`begin_memory`; '' where it is not known."""
        return ""

    def facts(self) -> dict[str, str]:
        """What of it computes, in the runtime's words."""
        return {}


class Gpu(Processor):
    """A GPU whose runtime returns when the work is done, and tells nothing of its memory."""

    name = GPU
    # Kernels are loaded, and memory is taken, when an input first needs them.
    each_untimed_first = True

    def facts(self) -> dict[str, str]:
        """The GPUs of this device."""
        return {"gpu": ", ".join(gpus.names())}


class TorchGpu(Gpu):
    """The GPU that torch uses, with settings of its own that are the same in every row.

    TensorFloat-32 is off, so that float32 is float32 on both processors; cuDNN does not try
    out its algorithms on each new shape, since every utterance has a length of its own.

    Raises:
        UserError: torch cannot use one.
    """

    torch_device = "cuda:0"

    def __init__(self) -> None:
        import torch

        try:
            torch.cuda.init()
        except (RuntimeError, AssertionError) as error:
            raise UserError(
                f"processor {GPU}: torch {torch.__version__} cannot use a GPU ({said(error)}); "
                f"{gpus.REMEDY}"
            ) from None
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = False
        self._torch = torch

    def now_s(self) -> float:  # type: ignore[override]
        """When the GPU has done all that it was given."""
        self._torch.cuda.synchronize()
        return time.perf_counter()

    def begin_memory(self) -> None:
        """See :class:`Processor`."""
        self._torch.cuda.reset_peak_memory_stats()

    def peak_bytes(self) -> int | str:
        """Of torch's tensors, those of the model included; CUDA's own are not in it."""
        return self._torch.cuda.max_memory_allocated()

    def facts(self) -> dict[str, str]:
        """GPU, versions of CUDA and cuDNN, and the settings as they are."""
        backends = self._torch.backends
        return {
            "gpu": self._torch.cuda.get_device_name(),
            "cuda": str(self._torch.version.cuda),
            "cudnn": str(backends.cudnn.version()),
            "tf32": _switch(backends.cuda.matmul.allow_tf32 or backends.cudnn.allow_tf32),
            "cudnn_autotuning": _switch(backends.cudnn.benchmark),
        }


def _switch(on: bool) -> str:
    return "on" if on else "off"


CPU = Processor()


def of(asked: Mapping[str, object], gpu: type[Processor] = Gpu) -> Processor:
    """The processor of a build.

    Args:
        asked: its axes.
        gpu: what a GPU is to its engine.
    """
    return gpu() if asked.get(PROCESSOR.name) == GPU else CPU


def check(asked: Mapping[str, object], root: Path = Path("/")) -> None:
    """Refuse a GPU that is not here, or that the engine's package cannot use; imports none.

    Args:
        asked: axes of a build.
        root: where the kernel's files are, ``/`` but in tests.

    Raises:
        UserError: what is missing, and what to do.
    """
    if asked.get(PROCESSOR.name) != GPU:
        return
    if not gpus.there(root):
        raise UserError(
            f"processor {GPU}: this device shows no NVIDIA GPU (no /dev/nvidia0, nor a Jetson's "
            f"/dev/nvhost-gpu); {gpus.REMEDY}"
        )
    if asked["engine"] in ESPNET and gpus.torch_cuda() is None:
        raise UserError(
            f"processor {GPU}: the torch that is installed is a build for the CPU: remove .venv, "
            "and make setup TORCH_INDEX=default (docs/devices.md, GPU), or take cuda out of the "
            "configuration"
        )
    if asked["engine"] == "sherpa-onnx" and not _has_provider("sherpa_onnx"):
        raise UserError(
            f"processor {GPU}: the sherpa-onnx that is installed computes on the CPU alone, and "
            "would do so without a word: install its wheel for CUDA (its own index has them), or "
            "take cuda out of the configuration"
        )


def _has_provider(package: str) -> bool:
    """Whether a package brings ONNX Runtime's part for CUDA."""
    found = util.find_spec(package)
    folders = (found and found.submodule_search_locations) or []
    return any(
        next(Path(folder).rglob("*onnxruntime_providers_cuda*"), None) is not None
        for folder in folders
    )
