"""Multiply-adds of ONNX networks: ONNX Runtime runs one, and tells the shapes that went through it.

Only matrix products, convolutions and recurrent layers are counted, as of other engines. They
are those that are computed: a head that was padded when the file was made counts as padded.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from asrbench.basics.errors import UserError, said

# ONNX Runtime's names of types that numpy calls otherwise.
_TYPES = {"float": "float32", "double": "float64"}
# Where the weights of a convolution stand among its inputs.
_CONVOLUTIONS = {
    **dict.fromkeys(("Conv", "FusedConv", "NhwcFusedConv", "ConvInteger", "ConvTranspose"), 1),
    "QLinearConv": 3,
}
_RECURRENT = ("LSTM", "GRU", "RNN", "DynamicQuantizeLSTM")
# They compute products, of which their shapes alone do not tell how many.
_NOT_COUNTED = ("Attention", "Einsum", "MatMulNBits", "DFT", "STFT")


class Network:
    """One ONNX network, whose products are counted while it is open.

    Args:
        path: .onnx or .ort.

    Raises:
        UserError: the file cannot be read or run, or ONNX Runtime is not installed.
    """

    def __init__(self, path: Path):
        self.path = path
        self._folder = TemporaryDirectory()
        try:
            import onnxruntime
        except ImportError:
            raise UserError(
                f"counting the multiply-adds of {path} needs the package onnxruntime, which is "
                "not installed: pip install -r envs/recognisers.txt"
            ) from None
        options = onnxruntime.SessionOptions()
        options.enable_profiling = True
        options.profile_file_prefix = f"{self._folder.name}/profile"
        # Of weights that were packed, the shapes are not told.
        options.add_session_config_entry("session.disable_prepacking", "1")
        options.log_severity_level = 4  # what it says comes as an exception, too
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime has many kinds, by the status of its C code
            raise UserError(f"{path}: is no ONNX model, or damaged ({said(error, 200)})") from None

    @property
    def inputs(self) -> dict[str, list[int | str]]:
        """Shape of each input by its name; an axis that may be of any length has a name."""
        return {each.name: each.shape for each in self._session.get_inputs()}

    def run(self, length: int = 1, given: Mapping[str, Any] | None = None) -> list[np.ndarray]:
        """Run it once, and return its outputs.

        Args:
            length: of every axis that is not fixed but the first one, of which there is one.
            given: inputs by name. Of others, those that tell a length have ``length``, whole
                numbers are 1, as masks are and tokens may be, and the rest 0.
        """
        feed: dict[str, np.ndarray] = {}
        for each in self._session.get_inputs():
            name = each.type.removeprefix("tensor(").removesuffix(")")
            if given is not None and each.name in given:
                value: Any = given[each.name]
            else:
                shape = [
                    size if isinstance(size, int) else (length if axis else 1)
                    for axis, size in enumerate(each.shape)
                ]
                whole = name.startswith(("int", "uint"))
                value = np.full(shape, (length if len(shape) == 1 else 1) if whole else 0)
            feed[each.name] = np.asarray(value).astype(_TYPES.get(name, name))
        try:
            return self._session.run(None, feed)
        except Exception as error:
            raise UserError(
                f"{self.path}: its multiply-adds cannot be counted, since it does not run with "
                f"inputs of {_shapes(feed)} ({said(error, 200)})"
            ) from None

    def multiply_adds(self) -> int:
        """Of all runs together; it cannot be run after that.

        Raises:
            UserError: it has products that are not counted.
        """
        events = json.loads(Path(self._session.end_profiling()).read_text(encoding="utf-8"))
        self._folder.cleanup()
        ran = [
            each["args"]
            for each in events
            if each.get("cat") == "Node" and each["name"].endswith("_kernel_time")
        ]
        return sum(
            _of_node(
                node["op_name"],
                _first_shapes(node["input_type_shape"]),
                _first_shapes(node["output_type_shape"]),
                self.path,
            )
            for node in ran
        )


def _shapes(feed: Mapping[str, np.ndarray]) -> str:
    return ", ".join(f"{name} {list(value.shape)}" for name, value in feed.items())


def _first_shapes(told: list[dict[str, list[int]]]) -> list[list[int]]:
    """Shapes of a node's tensors, of which each is told under its type."""
    return [next(iter(each.values()), []) for each in told]


def _of_node(
    kind: str, inputs: Sequence[list[int]], outputs: Sequence[list[int]], path: Path
) -> int:
    """Multiply-adds of one node."""
    if kind in _CONVOLUTIONS:
        weights = inputs[_CONVOLUTIONS[kind]]
        # Of a transposed one, each number that comes in meets them, and not each that goes out.
        meets = inputs[0] if kind == "ConvTranspose" else outputs[0]
        return math.prod(meets) * math.prod(weights[1:])
    if kind in _RECURRENT:
        steps, batch, width = inputs[0]
        directions, hidden = outputs[0][1], outputs[0][3]
        gates = {"GRU": 3, "RNN": 1}.get(kind, 4)
        return steps * batch * directions * gates * hidden * (width + hidden)
    if kind.endswith(_NOT_COUNTED):
        raise UserError(f"{path}: its {kind} is computed in a way that is not counted")
    if "MatMul" in kind or kind == "Gemm":
        first, made = inputs[0], outputs[0]
        # Either of the last two axes may be summed over: a product may be of a transposed one.
        inner = first[0] if len(first) == 1 else math.prod(first[-2:]) // _rows(first, made)
        return math.prod(made) * inner
    return 0


def _rows(first: list[int], made: list[int]) -> int:
    """Rows of a product: of a vector on its right, the result has no axis for columns."""
    return made[-1] if len(made) < len(first) else made[-2]
