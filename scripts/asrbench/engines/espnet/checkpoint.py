"""Load a checkpoint without running code from it, and only where it fits the model.

ESPnet's own loader unpickles whatever the file holds and loads it with
``strict=False``: code in the file runs, and a checkpoint of another
architecture leaves the model at random weights without a word.
"""

from pathlib import Path
from typing import Any

import torch

from asrbench.basics.errors import UserError

# How many keys a message names before it only counts the rest.
_NAMED_KEYS = 5


def read(path: str | Path) -> dict[str, torch.Tensor]:
    """Tensors by name, read without unpickling anything but tensors.

    Raises:
        UserError: the file is absent, is no checkpoint, or holds anything but named tensors.
    """
    state = opened(path, "save a state_dict")
    if isinstance(state, dict) and isinstance(state.get("module"), dict):
        state = state["module"]  # as DeepSpeed saves it; ESPnet's loader accepts it too
    if not isinstance(state, dict) or not all(
        isinstance(key, str) and isinstance(value, torch.Tensor) for key, value in state.items()
    ):
        raise UserError(f"{path}: is not a state_dict (tensors by name); save model.state_dict()")
    return state


def opened(path: str | Path, advice: str) -> Any:
    """What a checkpoint holds: tensors, texts, numbers, and lists and mappings of them alone.

    Raises:
        UserError: the file is absent, is no checkpoint, or holds anything else; ends in the advice.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such checkpoint") from None
    except Exception as error:  # damaged bytes make torch raise whatever there is
        reason = str(error).strip().splitlines()[0][:160] if str(error).strip() else "it is empty"
        raise UserError(
            f"{path}: cannot be read as tensors alone ({reason}); checkpoints that carry "
            f"other objects are not loaded, since their code would run: {advice}"
        ) from None


def mismatches(model: torch.nn.Module, state: dict[str, torch.Tensor]) -> list[str]:
    """What keeps ``state`` from being the whole state of ``model``, one text a key."""
    wanted = model.state_dict()
    found = [f"{key} is missing" for key in wanted if key not in state]
    found += [f"{key} is not in the model" for key in state if key not in wanted]
    both = ((key, state[key], tensor) for key, tensor in wanted.items() if key in state)
    found += [f"{key} {unfit}" for key, *pair in both if (unfit := _unfit(*pair))]
    return found


def _unfit(given: torch.Tensor, wanted: torch.Tensor) -> str:
    """What torch would copy without a word, or could not copy; '' where a tensor fits."""
    if given.shape != wanted.shape:
        return f"has shape {tuple(given.shape)} where the model has {tuple(wanted.shape)}"
    if given.layout != torch.strided or given.is_quantized or given.device.type != "cpu":
        return "is sparse, quantised or without values"
    if (given.is_floating_point(), given.is_complex()) != (
        wanted.is_floating_point(),
        wanted.is_complex(),
    ):
        return f"is of {given.dtype} where the model has {wanted.dtype}"
    if not torch.isfinite(given.to(wanted.dtype)).all():
        return "holds what is no finite number"
    return ""


def load_into(model: torch.nn.Module, path: str | Path) -> None:
    """Give a model the weights of a checkpoint; half-precision tensors become the model's type.

    Raises:
        UserError: names the keys that do not fit; the model is then unchanged.
    """
    state = read(path)
    problems = mismatches(model, state)
    if problems:
        shown = "; ".join(problems[:_NAMED_KEYS])
        more = len(problems) - _NAMED_KEYS
        rest = f"; and {more} more" if more > 0 else ""
        raise UserError(
            f"{path}: does not fit the model of its configuration: {shown}{rest}; "
            "give the configuration that this checkpoint was trained with"
        )
    model.load_state_dict(state, strict=True)
