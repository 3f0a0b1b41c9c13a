"""What the text of a model's configuration may have ESPnet build.

ESPnet has parts that unpickle, download or import what a configuration names
(espnet_ssl, s3prl, whisper, fairseq's, Hugging Face's, BEATs, adapters). Only
those on the lists here are built; none of them opens anything but the model's
own files, which are named by the keys that :func:`file_keys` finds, and the
file that the user gives s3prl (:mod:`asrbench.sources.upstream`).
"""

from collections.abc import Iterator
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.sources import upstream

_ABSENT = ("none", "null", "nil")  # as ESPnet spells null too
_PARTS = {
    "frontend": ("default", "fused", "s3prl", "sliding_window", "wav2vec_cnn"),
    "specaug": ("specaug",),
    "normalize": ("global_mvn", "utterance_mvn"),
    "preencoder": ("linear", "sinc"),
    "encoder": (
        *("branchformer", "conformer", "contextual_block_conformer"),
        *(
            "contextual_block_transformer",
            "e_branchformer",
            "longformer",
            "multiconv_conformer",
            "rnn",
            "transformer",
            "vgg_rnn",
        ),
    ),
    "postencoder": ("length_adaptor",),
    "decoder": (
        *("dynamic_conv", "dynamic_conv2d", "lightweight_conv", "lightweight_conv2d"),
        *("linear_decoder", "mlm", "rnn", "transducer", "transformer"),
    ),
    "model": ("espnet", "maskctc"),
    "token_type": ("bpe", "char", "phn", "word"),
    "use_adapter": (),
}


# Those of ESPnet's other tasks, where they differ: multilingual models with tokens of language and
# task (OWSM), the same with CTC alone, and transducers with an encoder of their own that streams.
_PARTS_OF = {
    "asr": _PARTS,
    "s2t": _PARTS | {"model": ("espnet",)},
    "s2t_ctc": _PARTS
    | {
        "encoder": (*_PARTS["encoder"], "e_branchformer_ctc"),
        "promptencoder": ("branchformer", "conformer", "e_branchformer", "transformer"),
        "model": ("espnet_ctc",),
    },
    "asr_transducer": _PARTS | {"decoder": ("mega", "rnn", "stateless")},
}

# Front ends that are networks of their own, by the package that downloads and unpickles them.
_PACKAGE_OF = {"whisper": "openai-whisper", "huggingface": "transformers"}

# The same of a language model's.
_LM_PARTS = {"lm": ("seq_rnn", "transformer"), "model": ("lm",)}


def check_lm(config: dict, origin: Path) -> None:
    """Look at a language model's configuration before anything is built of it.

    Args:
        config: its content.
        origin: the file that it was read from.

    Raises:
        UserError: names the key, its value, and what is allowed.
    """
    _check_parts(config, origin, _LM_PARTS)
    tokens, settings = config.get("token_list"), config.get("lm_conf", {})
    if not isinstance(tokens, list) or not isinstance(settings, dict):
        raise UserError(
            f"{origin}: is no configuration of a language model, which has token_list (a list) and "
            "lm_conf; give the config.yaml of an ESPnet LM training"
        )


def task_of(config: dict) -> str:
    """Which of ESPnet's tasks a model was trained for; ``asr`` is that of most recognisers."""
    if "promptencoder" in config or config.get("model") == "espnet_ctc":
        return "s2t_ctc"
    if config.get("preprocessor") == "s2t":
        return "s2t"
    return "asr_transducer" if "joint_network_conf" in config else "asr"


def check(config: dict, origin: Path) -> None:
    """Look at a configuration before anything is built of it.

    Args:
        config: its content.
        origin: the file that it was read from.

    Raises:
        UserError: names the key, its value, and what is allowed.
    """
    _check_parts(config, origin, _PARTS_OF[task_of(config)])
    _check_input(config, origin)


def _check_parts(config: dict, origin: Path, parts: dict[str, tuple[str, ...]]) -> None:
    for key, allowed in parts.items():
        value = config.get(key)
        name = value.lower() if isinstance(value, str) else value
        if name and name not in (*allowed, *_ABSENT):
            told = " or ".join(filter(None, [", ".join(allowed), "null"]))
            package = _PACKAGE_OF.get(str(name)) if key == "frontend" else None
            by = f", this one by the package {package}" if package else ""
            raise UserError(
                f"{origin}: {key} is {value!r:.80}; it must be {told}, since ESPnet may load, "
                f"download or run what others name{by}: use a model without it"
            )


def _check_input(config: dict, origin: Path) -> None:
    settings = config.get("frontend_conf")
    for part in _fused(settings) if str(config.get("frontend")).lower() == "fused" else ():
        if part != "default":
            raise UserError(
                f"{origin}: frontend is fused with {part!r:.80}; it must be fused of default ones "
                "alone, since ESPnet may load, download or run what others name: use another model"
            )
    if (
        config.get("frontend", "default") in (None, *_ABSENT)
        or config.get("input_size") is not None
    ):
        raise UserError(
            f"{origin}: the model takes features and no waveform (frontend is "
            f"{config.get('frontend')!r:.80}, input_size {config.get('input_size')!r:.80}); only "
            "one with a front end of its own can be measured"
        )
    if upstream.is_asked(config):
        upstream.check(config, origin)
    tokens = config.get("token_list")
    texts = tokens if isinstance(tokens, list) else [tokens]
    if not all(isinstance(text, str) for text in texts):
        raise UserError(f"{origin}: token_list must be a list of texts, or a file of them")


def _fused(settings: object) -> list[object]:
    """The kinds that a front end is fused of."""
    parts = settings.get("frontends") if isinstance(settings, dict) else None
    return [
        part.get("frontend_type") if isinstance(part, dict) else part
        for part in (parts if isinstance(parts, list) else [parts])
    ]


def file_keys(config: dict) -> Iterator[tuple[dict, str]]:
    """(block, key) of each name of a file that ESPnet opens when it builds the model."""
    if not isinstance(config["token_list"], list):
        yield config, "token_list"
    if config.get("bpemodel") is not None:
        yield config, "bpemodel"
    settings = config.get("normalize_conf")
    if isinstance(settings, dict) and settings.get("stats_file") is not None:
        yield settings, "stats_file"
