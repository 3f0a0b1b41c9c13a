"""Multiply-adds of a model for sherpa-onnx for a second of audio, by its kind."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from asrbench.basics.errors import UserError
from asrbench.engines import moonshine_compute, whisper_compute
from asrbench.engines.interface import COUNTED_AUDIO_S, Part, counted_tokens
from asrbench.engines.moonshine_compute import decoder_part, encoder_part
from asrbench.engines.onnx_products import Network
from asrbench.engines.sherpa_onnx import metadata

# The networks of Moonshine's first version, in their order.
_FOUR = ("preprocess", "encode", "uncached_decode", "cached_decode")
_FRAMES_PER_S = 100
_FRAMES = round(COUNTED_AUDIO_S * _FRAMES_PER_S)
# Of a streaming encoder: frames that it is given at once, and by how many of them it goes on.
_GIVEN, _GOES_ON = "T", "decode_chunk_len"


def parts(kind: str, networks: Mapping[str, Path], tokens_per_second: float) -> list[Part]:
    """Multiply-adds by part.

    Args:
        kind: of :data:`asrbench.engines.sherpa_onnx.files.KINDS`.
        networks: files by part.
        tokens_per_second: tokens that a second of speech has, for the decoder.

    Raises:
        UserError: a network does not run with the inputs of its kind, or tells no sizes.
    """
    of_kind = {
        "transducer": _transducer,
        "ctc": _ctc,
        "whisper": _whisper,
        "moonshine": _moonshine,
        "moonshine_v2": _moonshine_v2,
    }
    return of_kind[kind](networks, tokens_per_second)


def _moonshine_v2(networks: Mapping[str, Path], tokens_per_second: float) -> list[Part]:
    encoder, decoder = networks["encoder_model"], networks["decoder_model_merged"]
    return moonshine_compute.parts(encoder, decoder, tokens_per_second)


def _moonshine(networks: Mapping[str, Path], tokens_per_second: float) -> list[Part]:
    """Of four networks: what prepares, encoder, decoder of the first token and of the others."""
    prepares, encodes, first, others = (Network(networks[name]) for name in _FOUR)
    [features, *_] = prepares.run(moonshine_compute.SAMPLES)
    [encoded, *_] = encodes.run(features.shape[1], _in_order(encodes, [features]))
    _scores, *states = first.run(given=_in_order(first, [1, encoded, 1]))
    for length in range(2, counted_tokens(tokens_per_second) + 1):
        given = _in_order(others, [1, encoded, length, *states])
        _scores, *states = others.run(given=given)
    return [
        encoder_part(prepares.multiply_adds() + encodes.multiply_adds()),
        decoder_part(first.multiply_adds() + others.multiply_adds(), tokens_per_second),
    ]


def _in_order(network: Network, values: list) -> dict:
    """Inputs by name, of which sherpa-onnx knows the order; single numbers fill what they get."""
    return {
        name: np.full((1,) * len(shape), value) if np.isscalar(value) else value
        for (name, shape), value in zip(network.inputs.items(), values, strict=False)
    }


def _transducer(networks: Mapping[str, Path], tokens_per_second: float) -> list[Part]:
    """The decoder has one step a token, the joiner one a step of the encoder and one a token."""
    encoder, steps = _encoder(networks["encoder"])
    tokens = counted_tokens(tokens_per_second)
    of = {}
    for name in ("decoder", "joiner"):
        network = Network(networks[name])
        network.run()
        of[name] = network.multiply_adds()
    decoder = tokens * of["decoder"] + (steps + tokens) * of["joiner"]
    told = f"decoder and joiner for one hypothesis of {tokens} tokens for 10 s"
    return [encoder, Part("decoder", decoder / COUNTED_AUDIO_S, tokens_per_second, told)]


def _ctc(networks: Mapping[str, Path], _tokens_per_second: float) -> list[Part]:
    """One network, whose last layer is the head."""
    return [_encoder(networks["model"])[0]]


def _encoder(path: Path) -> tuple[Part, float]:
    """The row of an encoder that takes frames, and the steps that it makes of 10 s."""
    network = Network(path)
    goes_on = metadata.value(path, _GOES_ON)
    if goes_on is None:
        made = network.run(_FRAMES)[0]
        return encoder_part(network.multiply_adds()), made.shape[1]
    made = network.run(int(metadata.value(path, _GIVEN) or goes_on))[0]
    pieces = _FRAMES / int(goes_on)
    told = f"speech in pieces of {int(goes_on) / _FRAMES_PER_S:g} s"
    counted = network.multiply_adds() * pieces / COUNTED_AUDIO_S
    return Part("encoder", counted, None, told), made.shape[1] * pieces


def _whisper(networks: Mapping[str, Path], tokens_per_second: float) -> list[Part]:
    """By the sizes that the encoder's file tells."""
    told = partial(metadata.value, networks["encoder"])
    names = ("n_mels", "n_audio_state", "n_audio_layer", "n_text_layer", "n_vocab")
    sizes = [told(name) for name in names]
    if None in sizes:
        absent = ", ".join(name for name, size in zip(names, sizes, strict=True) if size is None)
        raise UserError(f"{networks['encoder']}: its multiply-adds need {absent} in its metadata")
    return whisper_compute.parts(
        whisper_compute.Sizes(*[int(size) for size in sizes if size]), tokens_per_second
    )
