"""The precision that a model computes in: set after its weights are loaded, or not at all.

int8 is ESPnet's own way (``quantize_asr_model``), PyTorch's dynamic quantisation, on CPUs alone:
weights of matrix products are kept as 8-bit integers, and inputs are quantised at each call.
ESPnet quantises inside its constructor, where this project has not yet loaded the weights,
so it is done here. It also quantises what is recurrent, which ESPnet leaves out unless it
is told to; an LSTM model would otherwise compute in float32 for the most part.
"""

import platform
import warnings

from asrbench.basics.errors import UserError

# PyTorch's engines of 8-bit products by processor, as platform.machine() calls it.
_ENGINES = {
    **dict.fromkeys(("x86_64", "AMD64", "i686"), ("x86", "fbgemm", "onednn")),
    **dict.fromkeys(("aarch64", "arm64", "armv7l"), ("qnnpack", "onednn")),
}

_HALVES = ("bfloat16", "float16")
# What stays in float32 then: it makes the encoder's input.
_BEFORE_ENCODER = ("frontend", "specaug", "normalize", "preencoder")


def check(precision: str, machine: str | None = None) -> None:
    """Refuse a precision that this processor does not have, before anything runs.

    Args:
        machine: of the processor; None: this one's.

    Raises:
        UserError: it does not have it.
    """
    machine = machine or platform.machine()
    if precision == "int8" and machine not in _ENGINES:
        raise UserError(
            f"precision int8: PyTorch has no 8-bit products for the processor {machine}, only for "
            "x86-64 and Arm; take int8 out of the configuration"
        )


def applied(model, precision: str):
    """The model in that precision; it may be another object.

    Args:
        model: an ESPnet model with its weights, in float32.

    Raises:
        UserError: this processor or this build of PyTorch does not have it.
    """
    if precision in _HALVES:
        return in_half(model, precision)
    return quantised(model) if precision == "int8" else model


def quantised(model, recurrent: bool = True):
    """A copy in which matrix products, and recurrent layers if asked, are of 8-bit weights."""
    import torch

    check("int8")
    if type(getattr(model, "frontend", None)).__name__ == "S3prlFrontend":
        raise UserError(
            "precision int8: PyTorch cannot quantise the attention in the front end s3prl; take "
            "int8 out of the builds of this model"
        )
    there = torch.backends.quantized.supported_engines
    fitting = [name for name in _ENGINES[platform.machine()] if name in there]
    if not fitting:
        raise UserError(
            f"precision int8: this PyTorch has 8-bit products by {', '.join(there)} alone, none of "
            f"which is for the processor {platform.machine()}; install PyTorch's own wheel"
        )
    torch.backends.quantized.engine = fitting[0]
    kinds = {torch.nn.Linear, *((torch.nn.LSTM, torch.nn.LSTMCell) if recurrent else ())}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it will be removed from PyTorch, which is pinned
        return torch.ao.quantization.quantize_dynamic(model, kinds, dtype=torch.qint8)


def in_half(model, precision: str):
    """The same model with all but what makes the encoder's input in bfloat16 or float16.

    Log probabilities are of float32, since a search adds up hundreds of them, and so are
    the features, for which there is no transform in bfloat16.
    """
    import torch

    cast(model, precision)
    half = getattr(torch, precision)
    model.encoder.register_forward_pre_hook(
        lambda _module, inputs: (inputs[0].to(half), *inputs[1:])
    )
    for part in model.modules():
        if isinstance(part, torch.nn.Linear) and part.out_features == model.vocab_size:
            part.register_forward_hook(lambda _module, _inputs, output: output.float())
    return model


def cast(model, precision: str) -> None:
    """Turn the weights of a model that computes in bfloat16 or float16 into that."""
    import torch

    for name, part in model.named_children() if precision in _HALVES else ():
        if name not in _BEFORE_ENCODER:
            part.to(getattr(torch, precision))


def of_outputs(model):
    """The torch.dtype of what the encoder puts out."""
    import torch

    kinds = {weight.dtype for weight in model.encoder.parameters()}
    return next((half for half in (torch.bfloat16, torch.float16) if half in kinds), torch.float32)


def held_bytes(*modules) -> int:
    """Memory of the modules' weights, those that quantisation has packed included."""
    from torch.ao.nn.quantized.dynamic import LSTM, Linear, LSTMCell

    tensors = [tensor for module in modules for tensor in module.parameters()]
    for part in {part for module in modules for part in module.modules()}:
        if isinstance(part, Linear):
            tensors += [part.weight(), part.bias()]
        elif isinstance(part, (LSTM, LSTMCell)):
            tensors += [*part.get_weight().values(), *part.get_bias().values()]
    distinct = {id(tensor): tensor for tensor in tensors if tensor is not None}
    return sum(tensor.numel() * tensor.element_size() for tensor in distinct.values())
