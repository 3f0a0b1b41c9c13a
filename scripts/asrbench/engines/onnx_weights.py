"""Counts the numbers that ONNX files store: .onnx by onnx, .ort by ONNX Runtime's own reader."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from asrbench.basics.errors import UserError, said
from asrbench.engines.interface import Count, counts

# What quantisation adds beside the weights.
_ADDED = ("_scale", "_zero_point")


def counted(networks: Mapping[str, Path]) -> list[Count]:
    """Rows of the whole and of each network.

    Args:
        networks: files by part.

    Raises:
        UserError: a file cannot be read, or what reads it is not installed.
    """
    parts = {}
    for part, path in networks.items():
        elements, size = 0, 0
        for name, number, length in _tensors(path):
            elements += 0 if name.endswith(_ADDED) else number
            size += length
        parts[part] = elements, size
    return counts(parts)


def _tensors(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, numbers and bytes of each stored tensor."""
    try:
        yield from (_of_ort if path.suffix == ".ort" else _of_onnx)(path)
    except ImportError as error:
        raise UserError(
            f"counting the parameters of {path} needs the package {error.name}, which is not "
            "installed: pip install -r envs/recognisers.txt"
        ) from None
    except UserError:
        raise
    except Exception as error:  # damaged bytes make either reader raise whatever there is
        raise UserError(f"{path}: is no ONNX model, or damaged ({said(error, 200)})") from None


def _of_onnx(path: Path) -> Iterator[tuple[str, int, int]]:
    import onnx

    for tensor in onnx.load(str(path), load_external_data=False).graph.initializer:
        number = math.prod(tensor.dims)
        width = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
        yield tensor.name, number, number * width


def _of_ort(path: Path) -> Iterator[tuple[str, int, int]]:
    from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.InferenceSession import (
        InferenceSession,
    )

    graph = InferenceSession.GetRootAs(path.read_bytes(), 0).Model().Graph()
    for place in range(graph.InitializersLength()):
        tensor = graph.Initializers(place)
        number = math.prod(tensor.Dims(axis) for axis in range(tensor.DimsLength()))
        yield tensor.Name().decode(), number, tensor.RawDataLength()
