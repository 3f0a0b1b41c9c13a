"""The files of a model for sherpa-onnx, by which its kind is told."""

from collections.abc import Mapping
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.basics.paths import innermost
from asrbench.engines import model_files

INT8 = "int8"
# Of each kind, the first part of the name of every network; whatever the rest of it is.
KINDS = {
    "transducer": ("encoder", "decoder", "joiner"),
    "moonshine_v2": ("encoder_model", "decoder_model_merged"),
    "moonshine": ("preprocess", "encode", "uncached_decode", "cached_decode"),
    "whisper": ("*-encoder", "*-decoder"),
    "ctc": ("model",),
}
_ENDINGS = (".onnx", ".ort")


def located(root: Path) -> Mapping[str, Path]:
    """Tokens, and each network as float32, as int8, or both: ``encoder``, ``encoder.int8``, …

    Raises:
        UserError: the folder has no kind of model that is known.
    """
    root = innermost(root)
    files = model_files.wanted("sherpa-onnx", root, {"tokens": "*tokens.txt"})
    for parts in KINDS.values():
        networks = {part: _networks(root, part) for part in parts}
        if all(networks.values()):
            for part, found in networks.items():
                files |= {part.strip("*-") + type_of: path for type_of, path in found.items()}
            return files
    known = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in KINDS.items())
    raise UserError(
        f"{root}: has not the networks of any model that is known ({known}), each as .onnx or "
        ".int8.onnx; give the folder of such a model"
    )


def kind_of(files: Mapping[str, Path]) -> str:
    """Which of :data:`KINDS` the files are."""
    there = {name.removesuffix(f".{INT8}") for name in files}
    return next(
        kind for kind, parts in KINDS.items() if {part.strip("*-") for part in parts} <= there
    )


def chosen(files: Mapping[str, Path], model: str, precision: str) -> dict[str, Path]:
    """The networks in one precision, by their parts.

    Where a part has but one type, as the small decoder of a transducer often has, that is taken
    as long as another part has the precision that was asked for.

    Raises:
        UserError: no part has it.
    """
    wanted = f".{INT8}" if precision == INT8 else ""
    other = "" if wanted else f".{INT8}"
    parts = {name.removesuffix(f".{INT8}") for name in files if name != "tokens"}
    if not any(f"{part}{wanted}" in files for part in parts):
        held = "float32" if precision == INT8 else INT8
        raise UserError(
            f"model {model}: its files hold {held} and precision is {precision}: set precision to "
            f"{held}, or give a folder with the other files"
        )
    return {
        part: files[f"{part}{wanted}" if f"{part}{wanted}" in files else f"{part}{other}"]
        for part in parts
    }


def _networks(root: Path, part: str) -> dict[str, Path]:
    """By '' and '.int8', the file of one network; of several of a kind the shortest name."""
    found: dict[str, Path] = {}
    for path in sorted(root.glob(f"{part}*"), key=lambda path: (len(path.name), path.name)):
        if path.suffix in _ENDINGS:
            # The weights of Moonshine's .ort files are of 8 bits.
            type_of = f".{INT8}" if f".{INT8}." in path.name or path.suffix == ".ort" else ""
            found.setdefault(type_of, path)
    return found
