"""What kind of network a model is, as its own ESPnet configuration says."""

from pathlib import Path

from asrbench.basics import yaml_file

TRANSFORMER, LSTM, OTHER = "transformer", "lstm", "other"

# Self-attention under names that do not end in 'former'.
_ATTENTION = {"transformer", "whisper", "hubert", "hubert_pretrain", "torchaudiohubert", "wav2vec2"}
_ATTENTION |= {"avhubert", "beats", "hugging_face_transformers", "e_branchformer_ctc"}
_DEFAULTS = {"encoder": "rnn", "decoder": ""}  # ESPnet's own, where a configuration is silent
_DEFAULT_CELLS = "lstm"


def kinds(path: Path) -> dict[str, str]:
    """The kinds of ``encoder`` and ``decoder`` in a model's config.yaml.

    A recurrent one is named after its cells: ``rnn`` with LSTM cells is 'lstm',
    ``vgg_rnn`` is 'vgg_lstm'. An encoder that is made of blocks is named after them. A decoder that
    is not there is ''.

    Raises:
        FileNotFoundError: where there is no such file.
        UserError: where it is no YAML mapping.
    """
    config = yaml_file.read(path)
    return {part: _kind(config, part) for part in ("encoder", "decoder")}


def _kind(config: dict, part: str) -> str:
    name = str(config.get(part) or _DEFAULTS[part])
    settings = config.get(f"{part}_conf")
    settings = settings if isinstance(settings, dict) else {}
    blocks = settings.get("body_conf")
    if part == "encoder" and isinstance(blocks, list):
        types = [str(block.get("block_type")) for block in blocks if isinstance(block, dict)]
        return ", ".join(dict.fromkeys(types))
    cells = settings.get("rnn_type")
    cells = str(cells or _DEFAULT_CELLS)
    return name.replace("rnn", cells) if name in ("rnn", "vgg_rnn") else name


def family(encoder: str, decoder: str) -> str:
    """'transformer' or 'lstm' where encoder and decoder (if it has one) both are, else 'other'."""
    families = {_family(kind) for kind in (encoder, decoder) if kind}
    return families.pop() if len(families) == 1 else OTHER


def _family(kind: str) -> str:
    if kind in _ATTENTION or kind.endswith("former"):
        return TRANSFORMER
    return LSTM if kind in ("lstm", "vgg_lstm") else OTHER
