"""Multiply-adds of a model's parts for a second of audio, by torch's own formulas.

They are of matrix products and convolutions, two operations a multiply-add. Recurrent
layers and fused attention are one opaque call on most CPUs, so they are counted with those
calls switched off, when they fall apart into products. Everything else (norms, activations,
softmax, feature extraction) is not counted.
"""

import math
import warnings

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from asrbench.engines.espnet.products import Products
from asrbench.engines.interface import COUNTED_AUDIO_S, Part, counted_tokens


def count(
    model, sample_rate_hz: int, tokens_per_second: float, padded_s: float | None = None
) -> list[Part]:
    """Parts of one ESPnet model.

    Args:
        model: in evaluation mode.
        sample_rate_hz: of its input.
        tokens_per_second: tokens that a second of speech has, for the decoder.
        padded_s: to how many seconds every input is padded, or cut in pieces of them; None: it
            is taken as it is.

    The encoder is counted for one waveform of 10 s; the decoder for one
    hypothesis of that length, each token scored once with the states of those
    before (so a beam of n costs n times as much), and a transducer's joint network
    once an encoder step and once a token; the CTC head for one pass over the
    encoder's output.
    """
    samples = round((padded_s or COUNTED_AUDIO_S) * sample_rate_hz)
    pieces = math.ceil(COUNTED_AUDIO_S / padded_s) if padded_s else 1
    generator = torch.Generator().manual_seed(0)
    speech = 0.1 * torch.randn(1, samples, generator=generator)
    encoded, encode = _counted(lambda: _encode(model, speech))
    note = "front end and encoder, one waveform of 10 s"
    if padded_s:
        note += f", for which it computes as for {pieces * padded_s:g} s"
    parts = [Part("encoder", pieces * encode, None, note)]
    tokens = counted_tokens(tokens_per_second)
    told = f"one hypothesis of {tokens} tokens for 10 s"
    joint = getattr(model, "joint_network", None)
    if joint is not None:
        decoded, decoder = _counted(lambda: model.decoder(torch.ones(1, tokens, dtype=torch.long)))
        _, joined = _counted(lambda: joint(encoded[:, :1, None], decoded[:, :1, None]))
        decoder += (encoded.shape[1] + tokens) * joined
        return [
            *parts,
            Part("decoder", decoder, tokens_per_second, f"with the joint network, {told}"),
        ]
    if model.ctc is not None:
        _, head = _counted(lambda: model.ctc.log_softmax(encoded))
        parts.append(Part("ctc", pieces * head, None, "one pass over the encoder's output"))
    if getattr(model, "decoder", None) is not None:
        _, decoder = _counted(lambda: _decode(model, encoded[0], tokens))
        parts.append(Part("decoder", decoder, tokens_per_second, told))
    return parts


def _encode(model, speech: torch.Tensor) -> torch.Tensor:
    """Shape (1, encoder steps, features)."""
    prompts: list[torch.Tensor] = []
    if hasattr(model, "prompt_encoder"):  # nothing was said before; a language and a task
        for tokens in ([model.na], [model.na] * 2):
            prompts += [torch.tensor([tokens]), torch.tensor([len(tokens)])]
    encoded = model.encode(speech, torch.tensor([speech.shape[1]]), *prompts)[0]
    return encoded[0] if isinstance(encoded, tuple) else encoded


@torch.no_grad()
def _counted(run) -> tuple[torch.Tensor, float]:
    """What ``run`` returns, and its multiply-adds for a second of audio."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of switching one flag of oneDNN
        products = sdpa_kernel(SDPBackend.MATH)
        with Products() as counted, torch.backends.mkldnn.flags(enabled=False), products:
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
