"""Multiply-adds of a Whisper for a second of audio, from the sizes of its layers.

They are those of matrix products and convolutions, as ESPnet's are counted
(:mod:`asrbench.engines.espnet.compute`). Whisper's layers are the same in every runtime.
Source: Radford et al., 2022, https://arxiv.org/abs/2212.04356, section 2.2.
"""

from dataclasses import dataclass

from asrbench.engines.interface import COUNTED_AUDIO_S, Part, counted_tokens

# Every input is padded or cut to 30 s: 3000 frames, of which the second convolution makes 1500.
FRAMES, STEPS = 3000, 1500
_KERNEL = 3
# The inner layer of a block is so many times as wide as the block.
_WIDER = 4


@dataclass(frozen=True)
class Sizes:
    """The sizes of one model; ``width`` is that of its blocks, ``mels`` of its input."""

    mels: int
    width: int
    encoder_layers: int
    decoder_layers: int
    vocabulary: int


def parts(sizes: Sizes, tokens_per_second: float) -> list[Part]:
    """Encoder and decoder.

    Args:
        tokens_per_second: tokens that a second of speech has, for the decoder.

    The encoder is counted for one waveform of 10 s, for which it computes as for 30 s; the decoder
    for one hypothesis of that length, each token once (so a beam of n costs n times as much).
    """
    width, square = sizes.width, sizes.width**2
    convolutions = _KERNEL * width * (FRAMES * sizes.mels + STEPS * width)
    dense = (4 + 2 * _WIDER) * square * STEPS  # four projections of attention, the inner layer
    encoder = convolutions + sizes.encoder_layers * (dense + 2 * STEPS**2 * width)

    tokens = counted_tokens(tokens_per_second)
    # Keys and values of what the encoder gave are projected once, and kept.
    once = sizes.decoder_layers * 2 * square * STEPS
    # Self-attention projects four times, attention to the encoder twice more.
    projected = sizes.decoder_layers * (6 + 2 * _WIDER) * square
    attended = sizes.decoder_layers * 2 * width * (STEPS * tokens + tokens * (tokens + 1) // 2)
    decoder = once + tokens * (projected + sizes.vocabulary * width) + attended
    return [
        Part(
            "encoder",
            encoder / COUNTED_AUDIO_S,
            None,
            "one waveform of 10 s, for which it computes as for 30 s",
        ),
        Part(
            "decoder",
            decoder / COUNTED_AUDIO_S,
            tokens_per_second,
            f"one hypothesis of {tokens} tokens for 10 s",
        ),
    ]
