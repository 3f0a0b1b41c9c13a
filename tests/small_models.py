"""Small ESPnet models for tests: an architecture's configuration, and a checkpoint for it."""

from pathlib import Path

import yaml
from asrbench.sources.manifest import Manifest

TOKENS = ["<blank>", "<unk>", "<space>", *"ABCDEFGHIJ", "<sos/eos>"]

COMMON = {
    "token_list": TOKENS,
    "token_type": "char",
    "bpemodel": None,
    "init": None,
    "input_size": None,
    "frontend": "default",
    "frontend_conf": {"fs": "16k", "n_fft": 512, "hop_length": 256},
    "specaug": None,
    "specaug_conf": {},
    "normalize": "utterance_mvn",
    "normalize_conf": {},
    "ctc_conf": {},
    "model": "espnet",
    "model_conf": {"ctc_weight": 0.3},
}
TRANSFORMER = {
    "encoder": "transformer",
    "encoder_conf": {
        "output_size": 16,
        "attention_heads": 2,
        "linear_units": 32,
        "num_blocks": 1,
        "input_layer": "conv2d",
    },
    "decoder": "transformer",
    "decoder_conf": {"attention_heads": 2, "linear_units": 32, "num_blocks": 1},
}
LSTM = {
    "encoder": "rnn",
    "encoder_conf": {"num_layers": 1, "hidden_size": 8, "output_size": 8},
    "decoder": "rnn",
    "decoder_conf": {"num_layers": 1, "hidden_size": 8},
}


def write_config(folder: Path, architecture: dict | None = None, **changes) -> Path:
    """config.yaml of a small model in ``folder``."""
    config = folder / "config.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    config.write_text(yaml.safe_dump(COMMON | (architecture or TRANSFORMER) | changes))
    return config


def random_model(folder: Path, architecture: dict | None = None, **changes) -> Manifest:
    """A manifest of a small model with random weights."""
    return Manifest("small", "random", write_config(folder, architecture, **changes), None, None)


def recogniser(
    manifest: Manifest,
    ctc_weight: float,
    beam_size: int,
    tokens_per_second: float | None = None,
    clocks_in_search: bool = True,
    **axes,
):
    """A recogniser of an ESPnet model, opened by its axes."""
    from asrbench.engines.espnet.recogniser import Recogniser

    asked = {"ctc_weight": ctc_weight, "beam_size": beam_size, **axes}
    return Recogniser(manifest, asked, tokens_per_second, clocks_in_search)
