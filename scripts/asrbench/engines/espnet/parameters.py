"""Parameters of a model: by module, whole, and as each way of decoding really uses them.

A tensor that two modules share is counted once in the whole; each of the
modules reports it in its own row and again in that row's ``shared``.
"""

from collections.abc import Iterable
from dataclasses import replace

import torch

from asrbench.engines.espnet import compute, front_end, language_model, precision
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.interface import Count
from asrbench.sources.manifest import Manifest
from asrbench.study.job import Job

# What each way of decoding leaves out.
_UNUSED = {"attention": "ctc", "hybrid": None, "ctc": "decoder"}
_USED_WHOLE = {"joint_network", "prompt_encoder"}  # what models have that no CTC weight decodes


def counted(manifest: Manifest, job: Job) -> list[Count]:
    """Rows of one build; :func:`count` says which."""
    return _counted(espnet_model.load_model(manifest), manifest, job)


def counted_with_compute(
    manifest: Manifest, job: Job, tokens_per_second: float
) -> tuple[list[Count], list[compute.Part]]:
    """Those rows, and the multiply-adds of :func:`compute.count`; the model is loaded once.

    Args:
        tokens_per_second: tokens that a second of speech has, for the decoder.
    """
    model, trained = espnet_model.loaded(manifest, "float32")
    rate_hz = front_end.of(model, manifest).rate_hz
    padded_s = None
    if (job.axes or {}).get("engine") == "espnet-s2t":  # the class of that engine pads
        padded_s = float(trained.preprocessor_conf["speech_length"])
    parts = compute.count(model, rate_hz, tokens_per_second, padded_s)
    return _counted(model, manifest, job), parts


def _counted(model, manifest: Manifest, job: Job) -> list[Count]:
    asked = str((job.axes or {})["precision"])
    # Before quantisation, after which there are no parameters that could be counted.
    rows = count(model)
    if asked != "float32":
        rows = as_held(rows, precision.applied(model, asked))
    return rows if manifest.lm_config is None else [*rows, _of_language_model(manifest, asked)]


def _of_language_model(manifest: Manifest, asked: str) -> Count:
    """The row ``lm``, which is in no other row."""
    row = _row("lm", dict(_tensors(language_model.loaded(manifest)[0].parameters())), set())
    held = precision.held_bytes(language_model.loaded(manifest, asked)[0])
    return replace(row, bytes=held)


def count(model: torch.nn.Module) -> list[Count]:
    """Rows of one ESPnet model.

    ``whole`` first, then each top-level module that has parameters, then what
    decoding uses: ``used:attention`` (CTC weight 0, no CTC head),
    ``used:hybrid`` (between 0 and 1), ``used:ctc`` (1, no decoder). A model that no CTC weight
    decodes (a transducer, OWSM-CTC) is used whole.
    """
    modules = {
        name: dict(_tensors(child.parameters()))
        for name, child in model.named_children()
        if any(True for _ in child.parameters())
    }
    whole = dict(_tensors(model.parameters()))
    in_modules = [key for tensors in modules.values() for key in tensors]
    shared = {key for key in in_modules if in_modules.count(key) > 1}

    rows = [_row("whole", whole, shared)]
    rows += [_row(name, tensors, shared) for name, tensors in modules.items()]
    for way, unused in () if modules.keys() & _USED_WHOLE else _UNUSED.items():
        others = [tensors for name, tensors in modules.items() if name != unused]
        kept = {key for tensors in others for key in tensors}
        dropped = set(modules.get(unused, {})) - kept
        used = {key: tensor for key, tensor in whole.items() if key not in dropped}
        rows.append(_row(f"used:{way}", used, shared))
    return rows


def as_held(rows: list[Count], model: torch.nn.Module) -> list[Count]:
    """The rows with the bytes of the same model in another precision."""
    parts = dict(model.named_children())
    held = []
    for row in rows:
        unused = _UNUSED.get(row.module.removeprefix("used:"))
        kept = [part for name, part in parts.items() if name != unused]
        of = [parts[row.module]] if row.module in parts else kept
        held.append(replace(row, bytes=precision.held_bytes(*of)))
    return held


def _tensors(parameters: Iterable[torch.nn.Parameter]) -> list[tuple[int, torch.nn.Parameter]]:
    return [(id(parameter), parameter) for parameter in parameters]


def _row(name: str, tensors: dict[int, torch.nn.Parameter], shared: set[int]) -> Count:
    return Count(
        module=name,
        parameters=sum(tensor.numel() for tensor in tensors.values()),
        trainable=sum(tensor.numel() for tensor in tensors.values() if tensor.requires_grad),
        shared=sum(tensor.numel() for key, tensor in tensors.items() if key in shared),
        bytes=sum(tensor.numel() * tensor.element_size() for tensor in tensors.values()),
    )
