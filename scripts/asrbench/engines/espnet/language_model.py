"""The language model beside an ESPnet model, whose score the search may add."""

import argparse

from asrbench.basics.errors import UserError
from asrbench.engines.espnet import model as espnet_model
from asrbench.engines.espnet import precision, stand_ins
from asrbench.sources import packed_model, permitted_parts
from asrbench.sources.manifest import Manifest


def loaded(manifest: Manifest, in_precision: str = "float32"):
    """The language model with its weights, and the arguments of its training.

    In int8 its matrix products are of 8-bit weights, as with ESPnet's ``quantize_lm``; in any
    other precision it computes in float32.

    Returns:
        An ``espnet2.lm.espnet_model.ESPnetLanguageModel`` and a namespace.

    Raises:
        UserError: there is none, or it does not fit the model.
    """
    import torch

    name, path = manifest.name, manifest.lm_config
    if path is None:
        raise UserError(
            f"model {name} has no language model ({packed_model.LM_CONFIG} and "
            f"{packed_model.LM_CHECKPOINT} beside it, or packed with it): set its lm_weight to 0"
        )
    config = packed_model.read_config(path)
    permitted_parts.check_lm(config, path)
    tokens = packed_model.read_config(manifest.config)["token_list"]
    if isinstance(tokens, list) and tokens != config["token_list"]:
        raise UserError(
            f"{path}: its token_list is not that of model {name}; give the language model that was "
            "trained on its tokens, or set lm_weight to 0"
        )
    torch.manual_seed(espnet_model.WEIGHTS_SEED)
    LMTask = stand_ins.load("espnet2.tasks.lm").LMTask
    arguments = argparse.Namespace(**{"init": None, "lm_conf": {}, "model_conf": {}, **config})
    model = espnet_model.built(LMTask.build_model, manifest, path, arguments)
    if manifest.weights == "trained":
        from asrbench.engines.espnet import checkpoint

        if manifest.lm_checkpoint is None:
            raise UserError(f"model {name}: its manifest names no checkpoint of a language model")
        checkpoint.load_into(model, manifest.lm_checkpoint)
    model.eval()
    if in_precision == "int8":
        # ESPnet's recurrent one looks whether its layer is PyTorch's own.
        model = precision.quantised(model, recurrent=False)
    return model, arguments
