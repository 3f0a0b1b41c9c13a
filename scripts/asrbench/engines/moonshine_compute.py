"""Multiply-adds of a Moonshine for a second of audio, of the two networks of its own format.

Source: Jeffries et al., 2024, https://arxiv.org/abs/2410.15608, section 3.
"""

from pathlib import Path

import numpy as np

from asrbench.engines.interface import COUNTED_AUDIO_S, Part, Recogniser, counted_tokens
from asrbench.engines.onnx_products import Network

SAMPLES = round(COUNTED_AUDIO_S * Recogniser.sample_rate_hz)
_PAST = "past_key_values"


def parts(encoder: Path, decoder: Path, tokens_per_second: float) -> list[Part]:
    """Encoder and decoder, for one waveform of 10 s and one hypothesis of it."""
    network, tokens = Network(encoder), counted_tokens(tokens_per_second)
    [encoded] = network.run(SAMPLES)
    made = _token(decoder, encoded, 0)
    if tokens > 1:
        # From the second on they grow evenly, with what they attend to.
        ends = [_token(decoder, encoded, past) for past in (1, tokens - 1)]
        made += (tokens - 1) * sum(ends) // 2
    return [encoder_part(network.multiply_adds()), decoder_part(made, tokens_per_second)]


def encoder_part(multiply_adds: int) -> Part:
    """The row of an encoder that takes speech of any length."""
    return Part("encoder", multiply_adds / COUNTED_AUDIO_S, None, "one waveform of 10 s")


def decoder_part(multiply_adds: int, tokens_per_second: float) -> Part:
    """The row of what decodes, which keeps keys and values of the tokens before."""
    told = f"one hypothesis of {counted_tokens(tokens_per_second)} tokens for 10 s"
    return Part("decoder", multiply_adds / COUNTED_AUDIO_S, tokens_per_second, told)


def _token(path: Path, encoded: np.ndarray, past: int) -> int:
    """Of the token after so many. The first has a way of its own: what was encoded is projected."""
    network = Network(path)
    given = {
        "encoder_hidden_states": encoded,
        "encoder_attention_mask": np.ones((1, SAMPLES)),  # the network shortens it itself
        "use_cache_branch": [past > 0],
    }
    for name, shape in network.inputs.items():
        if name.startswith(_PAST):
            _one, heads, _steps, width = shape
            steps = encoded.shape[1] if ".encoder." in name else past
            given[name] = np.zeros((1, int(heads), steps, int(width)))
    network.run(given=given)
    return network.multiply_adds()
