"""Opens an ESPnet model: built from its configuration, with its weights and its precision.

This is the one seam through which a model gets into ESPnet's own classes.
"""

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asrbench.basics.errors import UserError, said
from asrbench.engines.espnet import precision, self_supervised, stand_ins
from asrbench.engines.espnet.greedy import GreedySearch
from asrbench.sources import packed_model, permitted_parts, upstream
from asrbench.sources.manifest import Manifest

# Random weights are drawn from this seed, so that every process times the same network.
WEIGHTS_SEED = 0
TRANSDUCER = "espnet-transducer"
# ESPnet's class of each task, as permitted_parts names tasks, and the engines of its models.
_TASKS = {
    "asr": ("espnet2.tasks.asr", "ASRTask"),
    "s2t": ("espnet2.tasks.s2t", "S2TTask"),
    "s2t_ctc": ("espnet2.tasks.s2t_ctc", "S2TTask"),
    "asr_transducer": ("espnet2.tasks.asr_transducer", "ASRTransducerTask"),
}
_ENGINES = {
    "asr": ("espnet", "espnet-fast", TRANSDUCER, "espnet-streaming"),
    "s2t": ("espnet-s2t",),
    "s2t_ctc": ("espnet-s2t-ctc",),
    "asr_transducer": ("espnet-streaming-transducer",),
}


def load_model(manifest: Manifest, in_precision: str = "float32", torch_device: str = "cpu"):
    """The bare ESPnet model of a manifest, in evaluation mode, with its weights.

    Returns:
        An ``espnet2.asr.espnet_model.ESPnetASRModel``, or what another task of ESPnet's builds.
    """
    return loaded(manifest, in_precision, torch_device)[0]


def loaded(manifest: Manifest, in_precision: str, torch_device: str = "cpu"):
    """The model, and the arguments of its training, as ESPnet's builder gives them.

    Args:
        torch_device: where its tensors are in the end; weights are drawn or read on the CPU.
    """
    import torch

    task = _task_class(_task(manifest))
    torch.manual_seed(WEIGHTS_SEED)
    model, arguments = _built(task.build_model_from_file, manifest, manifest.config, None)
    if manifest.weights == "trained":
        from asrbench.engines.espnet import checkpoint

        if manifest.checkpoint is None:
            raise UserError(
                f"model {manifest.name}: its manifest names no checkpoint; run fetch_model.py again"
            )
        checkpoint.load_into(model, manifest.checkpoint)
    return precision.applied(model.eval(), in_precision).to(torch_device), arguments


def check_engine(manifest: Manifest, engine: str) -> None:
    """Refuse the engine of another task of ESPnet's than the model was trained for.

    Raises:
        UserError: which it is, and which engine to set.
    """
    task = _task(manifest)
    if engine not in _ENGINES[task]:
        raise UserError(
            f"model {manifest.name} is of ESPnet's task {task}: set its engine to "
            f"{' or '.join(_ENGINES[task])}"
        )


def _task(manifest: Manifest) -> str:
    return permitted_parts.task_of(packed_model.read_config(manifest.config))


def _task_class(task: str) -> Any:
    module, name = _TASKS[task]
    return getattr(stand_ins.load(module), name)


def around(
    manifest: Manifest,
    opened: tuple,
    recogniser: str,
    torch_device: str,
    lm: tuple | None = None,
    **settings,
):
    """One of ESPnet's recognisers around a model that :func:`loaded` gave.

    Args:
        recogniser: module and name of its class, as espnet2.bin.asr_inference.Speech2Text.
        torch_device: where the model is.
        lm: what :func:`language_model.loaded` gave; None: the search asks none.
        settings: arguments of the class.
    """
    module, _, name = recogniser.rpartition(".")
    LMTask = stand_ins.load("espnet2.tasks.lm").LMTask
    task = _task(manifest)
    key = "s2t" if task in ("s2t", "s2t_ctc") else "asr"
    files: dict[str, str | None] = {f"{key}_train_config": str(manifest.config)}
    files |= {f"{key}_model_file": None}
    make = getattr(stand_ins.load(module), name)
    with _building(_task_class(task), opened), _building(LMTask, lm):
        return _built(make, manifest, device=torch_device, **files, **settings)


def speech2text(
    manifest: Manifest,
    opened: tuple,
    asked: Mapping[str, Any],
    lm: tuple | None = None,
    torch_device: str = "cpu",
):
    """ESPnet's recogniser around a model that :func:`loaded` gave.

    Args:
        asked: the axes of build and decoding.
        lm: what :func:`language_model.loaded` gave; None: the search asks none.
        torch_device: where the model's tensors are.

    Raises:
        UserError: the model cannot decode this way.
    """
    model = opened[0]
    check(model, manifest.name, asked)
    found = around(
        manifest,
        opened,
        "espnet2.bin.asr_inference.Speech2Text",
        torch_device,
        lm,
        lm_train_config=None if lm is None else str(manifest.lm_config),
        lm_weight=0.0 if lm is None else float(asked["lm_weight"]),
        **search_settings(asked),
    )
    precision.cast(model, str(asked["precision"]))  # the constructor has turned all into float32
    if asked.get("search") == "greedy":
        Hypothesis = stand_ins.load("espnet.nets.beam_search").Hypothesis
        found.beam_search = GreedySearch(found.beam_search, model.ctc, Hypothesis)
    return found


def search_settings(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Axes of a decoding as ESPnet's hybrid searches take them."""
    numbers = ("ctc_weight", "penalty", "maxlenratio", "minlenratio")
    return {name: float(asked.get(name, 0.0)) for name in numbers} | {
        "beam_size": int(asked["beam_size"])
    }


@contextlib.contextmanager
def _building(task, opened: tuple | None):
    """A constructor builds its search around the parts of the model that it builds.

    It gets the one that has its weights and its precision already, in place of building one.
    """
    build = task.build_model_from_file
    task.build_model_from_file = lambda *_arguments: opened
    try:
        yield
    finally:
        task.build_model_from_file = build


def check(model, name: str, asked: Mapping[str, Any]) -> None:
    """Refuse a search that the model does not have.

    Raises:
        UserError: which, and what to set.
    """
    transducer = getattr(model, "use_transducer_decoder", False)
    if transducer != (asked["engine"] == TRANSDUCER):
        engine = TRANSDUCER if transducer else "espnet or espnet-fast"
        what = "a transducer" if transducer else "no transducer"
        raise UserError(f"model {name} is {what}: set its engine to {engine}")
    if type(model).__name__ == "MaskCTCModel":
        raise UserError(
            f"model {name} is a mask-CTC model, which no engine here decodes; use one with "
            "CTC, an attention decoder, both, or a transducer"
        )
    ctc_weight, beam_size = float(asked.get("ctc_weight", 0.0)), int(asked["beam_size"])
    if ctc_weight < 1 and model.decoder is None:
        raise UserError(f"model {name} has no attention decoder: set its ctc_weights to [1.0]")
    if ctc_weight > 0 and model.ctc is None:
        raise UserError(f"model {name} has no CTC head: set its ctc_weights to [0.0]")
    check_beam(model, name, beam_size)


def check_beam(model, name: str, beam_size: int) -> None:
    """Refuse a beam that is wider than the model has tokens.

    Raises:
        UserError: how wide it may be.
    """
    if beam_size > model.vocab_size:
        raise UserError(
            f"decoding.beam_size is {beam_size}, and model {name} has "
            f"{model.vocab_size} tokens to choose from: set it to at most {model.vocab_size}"
        )


def _built(builder, manifest: Manifest, *args, **kwargs):
    """The same of a model's own configuration, which is looked at first."""
    config = packed_model.read_config(manifest.config)
    permitted_parts.check(config, manifest.config)
    if upstream.is_asked(config):
        self_supervised.prepare()
    return built(builder, manifest, manifest.config, *args, **kwargs)


def built(builder, manifest: Manifest, config: Path, *args, **kwargs):
    """Call one of ESPnet's builders; what it says of a bad configuration becomes one line."""
    cannot = f"{config}: ESPnet cannot build model {manifest.name} from it"
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # of what it says before it raises
            return builder(*args, **kwargs)
    except UserError:
        raise
    except ImportError as error:
        raise UserError(
            f"{cannot} without the package {error.name or 'that it names'} ({said(error)}); "
            "install it into the environment, or use another model"
        ) from error
    except Exception as error:  # there is no kind that it does not raise
        raise UserError(
            f"{cannot} ({type(error).__name__}: {said(error)}); give the config.yaml of an ESPnet "
            "training of a recogniser"
        ) from error


def text_of(result: tuple) -> str:
    """What one result of ESPnet's recognisers says: its text, or its tokens where it has none."""
    text, tokens = result[:2]
    return text if text is not None else " ".join(tokens)
