"""A first look at how long a build takes: two short inputs with each decoding."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

LENGTHS_S = (1.0, 3.0)
# A device on which the shorter input takes longer is not asked for the longer one.
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Line:
    """Seconds of latency for a duration d: ``startup_s`` + ``slope_s_per_audio_s`` × d.

    ``encode_s_per_audio_s`` is the part of it that decodings of a build can share.
    """

    startup_s: float
    slope_s_per_audio_s: float
    encode_s_per_audio_s: float

    def seconds(self, durations_s: np.ndarray) -> float:
        """Of all the durations, shape (utterances,)."""
        return float(np.sum(self.startup_s + self.slope_s_per_audio_s * durations_s))


def line(recogniser, cut: Callable[[float], np.ndarray]) -> dict[str, float]:
    """The :class:`Line` of one recogniser, as plain data.

    Args:
        recogniser: an :class:`asrbench.engines.interface.Recogniser`.
        cut: gives speech of so many seconds: shape (samples,), float32.
    """
    short, long = LENGTHS_S
    recogniser.transcribe(cut(short))
    first = recogniser.transcribe(cut(short))
    if first.latency_s > PATIENCE_S:
        return asdict(Line(0.0, first.latency_s / short, _encode_s(first) / short))
    if recogniser.processor.each_untimed_first:
        recogniser.transcribe(cut(long))
    second = recogniser.transcribe(cut(long))
    slope = max(0.0, (second.latency_s - first.latency_s) / (long - short))
    startup = max(0.0, first.latency_s - slope * short)
    return asdict(Line(startup, slope, _encode_s(second) / long))


def _encode_s(transcript) -> float:
    """What decodings of a build can share: nothing where the engine does not tell it."""
    return transcript.encode_s or 0.0
