"""The front end of an ESPnet model: the rate of its waveforms, and the frames that it makes."""

from dataclasses import dataclass
from typing import Any

from asrbench.basics.errors import UserError
from asrbench.sources import packed_model
from asrbench.sources.manifest import Manifest

_RATE_HZ = 16000  # of ESPnet's classes, where a configuration is silent


@dataclass(frozen=True)
class Framing:
    """Frames that begin every ``hop`` samples, the first once there are ``first`` samples.

    A frame counts ``times``, where a fused front end cuts it into so many.
    """

    hop: int
    first: int = 0
    times: int = 1


@dataclass(frozen=True)
class FrontEnd:
    """Rate in Hz, and the framings of a front end, which is as long as the shortest of them."""

    rate_hz: int
    framings: tuple[Framing, ...]

    @property
    def hop_length(self) -> int:
        """Samples of one frame."""
        return min(each.hop // each.times for each in self.framings)

    def frames(self, samples: int) -> int:
        """Frames of a waveform of that many samples."""
        each = [((samples - one.first) // one.hop + 1) * one.times for one in self.framings]
        return max(0, min(each))

    def samples_for(self, frames: int) -> int:
        """The shortest waveform, in samples, that gives at least that many frames."""
        return max(one.first + (-(-frames // one.times) - 1) * one.hop for one in self.framings)


def of(model, manifest: Manifest) -> FrontEnd:
    """The front end of a model.

    Raises:
        UserError: its frames are not known, or it takes no waveform of one channel.
    """
    import humanfriendly  # as ESPnet does, which writes 16k

    config = packed_model.read_config(manifest.config)
    blocks = [config.get(f"{part}_conf") or {} for part in ("frontend", "preencoder")]
    rates = [block["fs"] for block in blocks if block.get("fs")]
    rate_hz = humanfriendly.parse_size(str(rates[0])) if rates else _RATE_HZ
    return FrontEnd(rate_hz, _framings(getattr(model, "frontend", None), manifest.name))


def check_in_pieces(model, name: str) -> None:
    """Refuse a front end that ESPnet's streaming classes would give other frames than the whole.

    Raises:
        UserError: it is none whose windows are centred, as those classes cut a waveform.
    """
    transform = getattr(model.frontend, "stft", None)
    if transform is None or not transform.center:
        raise UserError(
            f"model {name}: ESPnet cuts speech into pieces for the default front end with centred "
            f"windows alone, and this is a {type(model.frontend).__name__}: take a model with that"
        )


def _framings(front_end: Any, name: str) -> tuple[Framing, ...]:
    kind = type(front_end).__name__
    if kind == "DefaultFrontend" and front_end.stft is not None:
        transform = front_end.stft
        # Padded by half a window on either side where it is centred.
        first = transform.n_fft % 2 if transform.center else transform.n_fft
        return (Framing(transform.hop_length, first),)
    if kind == "S3prlFrontend":
        return (Framing(front_end.hop_length, 1),)  # a frame that is begun counts
    if kind == "SlidingWindow" and front_end.channels == 1:
        return (Framing(front_end.hop_length, front_end.win_length),)
    if kind == "CNNFrontend":
        hop, first = 1, 1
        for layer in front_end.layers:
            hop, first = hop * layer.stride, first + (layer.kernel_size - 1) * hop
        return (Framing(hop, first),)
    if kind == "FusedFrontends":
        pairs = zip(front_end.frontends, front_end.factors, strict=True)
        return tuple(
            Framing(one.hop, one.first, int(times))
            for part, times in pairs
            for one in _framings(part, name)
        )
    raise UserError(
        f"model {name} has the front end {kind}, which takes no waveform of one channel or whose "
        "frames are not known; take one with default (with apply_stft), sliding_window (with one "
        "channel), wav2vec_cnn, s3prl or fused"
    )
