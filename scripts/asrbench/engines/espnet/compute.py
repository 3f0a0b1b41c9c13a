"""Multiply-adds of a model's parts for a second of audio, by torch's own formulas.

They are of matrix products and convolutions, two operations a multiply-add. Recurrent
layers are one opaque call on most CPUs, so they are counted with that call switched off,
when they fall apart into products. Everything else (norms, activations, softmax, feature
extraction) is not counted.
"""

import warnings

import torch

from asrbench.engines.espnet.products import Products
from asrbench.engines.interface import COUNTED_AUDIO_S, Part


def count(model, sample_rate_hz: int, tokens_per_second: float) -> list[Part]:
    """Parts of one ESPnet model.

    Args:
        model: in evaluation mode.
        sample_rate_hz: of its input.
        tokens_per_second: tokens that a second of speech has, for the decoder.

    The encoder is counted for one waveform of 10 s; the decoder for one
    hypothesis of that length, each token scored once with the states of those
    before (so a beam of n costs n times as much); the CTC head for one pass
    over the encoder's output.
    """
    samples = round(COUNTED_AUDIO_S * sample_rate_hz)
    generator = torch.Generator().manual_seed(0)
    speech = 0.1 * torch.randn(1, samples, generator=generator)
    encoded, encode = _counted(lambda: model.encode(speech, torch.tensor([samples])))
    encoded = encoded[0][0] if isinstance(encoded[0], tuple) else encoded[0]
    parts = [Part("encoder", encode, None, "front end and encoder, one waveform of 10 s")]
    if model.ctc is not None:
        _, head = _counted(lambda: model.ctc.log_softmax(encoded))
        parts.append(Part("ctc", head, None, "one pass over the encoder's output"))
    if model.decoder is not None:
        tokens = max(1, round(COUNTED_AUDIO_S * tokens_per_second))
        _, decoder = _counted(lambda: _decode(model, encoded[0], tokens))
        note = f"one hypothesis of {tokens} tokens for 10 s"
        parts.append(Part("decoder", decoder, tokens_per_second, note))
    return parts


@torch.no_grad()
def _counted(run) -> tuple[object, float]:
    """What ``run`` returns, and its multiply-adds for a second of audio."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of switching one flag of oneDNN
        with Products() as counted, torch.backends.mkldnn.flags(enabled=False):
            out = run()
    return out, counted.operations / 2 / COUNTED_AUDIO_S


def _decode(model, encoded: torch.Tensor, tokens: int) -> None:
    """Score ``tokens`` tokens of one hypothesis, each with the states of those before."""
    state = model.decoder.init_state(encoded)
    prefix = torch.tensor([model.sos])
    for token in range(tokens):
        _, state = model.decoder.score(prefix, state, encoded)
        # Any token will do, as long as it is none that ends the hypothesis.
        following = 2 + token % max(1, model.vocab_size - 3)
        prefix = torch.cat([prefix, torch.tensor([following])])
