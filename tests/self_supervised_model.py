"""Small self-supervised networks with random weights, in the files that s3prl has of each kind."""

import warnings
from pathlib import Path

import torch
from asrbench.engines.espnet import self_supervised, stand_ins

DIM = 16
SMALL = {
    "conv_feature_layers": "[(16, 10, 5)] + [(16, 3, 2)] * 4 + [(16, 2, 2)] * 2",
    "encoder_layers": 2,
    "encoder_embed_dim": DIM,
    "encoder_ffn_embed_dim": 32,
    "encoder_attention_heads": 2,
    "conv_pos": 16,
    "conv_pos_groups": 4,
}
PREDICTING = {"final_dim": 8, "label_rate": 50.0}
QUANTISING = {"final_dim": 8, "quantize_targets": True, "latent_vars": 4, "latent_groups": 2}
WAVLM = {"relative_position_embedding": True, "gru_rel_pos": True, "normalize": True}


def content(kind: str) -> dict:
    """What the file of a network holds."""
    stand_ins.prepare()
    self_supervised.prepare()
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return {"hubert": _hubert, "wav2vec2": _wav2vec2, "wavlm": _wavlm}[kind]()


def write(kind: str, folder: Path, **changes) -> Path:
    """The file of a network, with other settings than SMALL if asked."""
    found = content(kind)
    found["cfg" if kind == "wavlm" else "model_cfg"].update(changes)
    torch.save(found, folder / f"{kind}.pt")
    return folder / f"{kind}.pt"


def _hubert() -> dict:
    from s3prl.upstream.hubert import hubert_model as s3prl

    task, symbols = {"normalize": True, "label_rate": 50.0}, [["a", "b"]]
    network = s3prl.HubertModel(
        s3prl.HubertConfig(**SMALL, **PREDICTING), s3prl.HubertPretrainingConfig(**task), symbols
    )
    return {
        "task_cfg": task,
        "model_cfg": SMALL | PREDICTING,
        "model_weight": network.state_dict(),
        "dictionaries_symbols": symbols,
    }


def _wav2vec2() -> dict:
    from s3prl.upstream.wav2vec2 import wav2vec2_model as s3prl

    network = s3prl.Wav2Vec2Model(s3prl.Wav2Vec2Config(**SMALL, **QUANTISING))
    return {
        "task_cfg": {"normalize": False},
        "model_cfg": SMALL | QUANTISING,
        "model_weight": network.state_dict(),
    }


def _wavlm() -> dict:
    from s3prl.upstream.wavlm import WavLM as s3prl

    network = s3prl.WavLM(s3prl.WavLMConfig(SMALL | WAVLM))
    return {"cfg": SMALL | WAVLM, "model": network.state_dict()}
