"""Self-supervised networks as front ends, by s3prl, each from a file that is looked at first.

s3prl's list of its networks (``s3prl.hub``) imports all of them, most of which need torchaudio, and
downloads those that it is asked for. :func:`prepare` puts in its place a list of those that are
built from a file, so that nothing can be downloaded. The networks are s3prl's own classes.
"""

import re
import sys
import types
import warnings
from functools import partial
from importlib import import_module
from typing import Any

from asrbench.basics.errors import UserError
from asrbench.sources import upstream

# What s3prl takes from the checkpoint of each kind; the settings of the network come first.
_PARTS = {
    "hubert": ("model_cfg", "task_cfg", "model_weight", "dictionaries_symbols"),
    "wav2vec2": ("model_cfg", "task_cfg", "model_weight"),
    "wavlm": ("cfg", "model"),
}
# s3prl evaluates this text, as [(512, 10, 5)] + [(512, 3, 2)] * 4; of these characters none names
# anything, so that nothing can be called.
_LAYERS = re.compile(r"[][(),\d\s+*]*", re.ASCII)


def prepare() -> None:
    """Have s3prl build networks from files alone."""
    if "s3prl.hub" in sys.modules:
        return
    hub: Any = types.ModuleType("s3prl.hub")
    for kind in upstream.KINDS:
        setattr(hub, f"{kind}_local", partial(_built, kind))
    hub.options = lambda _only_registered=False: [f"{kind}_local" for kind in upstream.KINDS]
    sys.modules["s3prl.hub"] = hub
    # Of PyTorch, about calls in s3prl's own files.
    warnings.filterwarnings(
        "ignore", message=".*weight_norm. is deprecated", category=FutureWarning
    )
    warnings.filterwarnings("ignore", message="Support for mismatched key_padding_mask")


def _built(kind: str, ckpt: str, refresh: bool = False):
    """A network of s3prl from its file; ``refresh``, with which s3prl calls it, is of downloads."""
    check(kind, ckpt)
    return import_module(f"s3prl.upstream.{kind}.expert").UpstreamExpert(ckpt)


def check(kind: str, path: str) -> None:
    """Refuse a file from which s3prl would run code, or which is of another kind of network.

    Raises:
        UserError: which it is.
    """
    from asrbench.engines.espnet import checkpoint

    parts = _PARTS[kind]
    content = checkpoint.opened(path, f"give one of {kind} as s3prl has it")
    if not isinstance(content, dict) or set(parts) - set(content):
        raise UserError(
            f"{path}: is no checkpoint of {kind} as s3prl has it, which holds {', '.join(parts)}; "
            "give the file that s3prl downloads for this network, in models[].upstream"
        )
    settings = content[parts[0]]
    layers = settings.get("conv_feature_layers", "") if isinstance(settings, dict) else None
    if not isinstance(layers, str) or not _LAYERS.fullmatch(layers) or "**" in layers:
        raise UserError(
            f"{path}: conv_feature_layers is {layers!r:.80}; it must be lists of numbers, added "
            "and repeated, since s3prl runs it: give another file in models[].upstream"
        )
