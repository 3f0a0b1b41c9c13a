"""The synthetic voices: three free synthesisers of Debian, each called as a command.

A voice has a number, which is its speaker number in the test set. One voice is held out of
training altogether, to show what the models do with a speaker they have never heard.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True)
class Voice:
    number: int
    engine: str  # flite, festival or espeak-ng
    name: str  # what the engine calls it
    sex: str  # of the human voice that it imitates
    share: float  # of the training sentences
    about: str


KNOWN = [
    Voice(101, "flite", "slt", "F", 0.21, "US English, statistical (CLUSTERGEN)"),
    Voice(102, "flite", "awb", "M", 0.24, "Scottish English, statistical (CLUSTERGEN)"),
    Voice(103, "flite", "kal16", "M", 0.18, "US English, diphones"),
    Voice(104, "festival", "ked_diphone", "M", 0.11, "US English, diphones"),
    Voice(105, "festival", "cmu_us_slt_arctic_hts", "F", 0.06, "US English, statistical (HTS)"),
    Voice(106, "espeak-ng", "en-us+m3", "M", 0.10, "US English, formants"),
    Voice(107, "espeak-ng", "en-us+f2", "F", 0.10, "US English, formants"),
]
HELD_OUT = Voice(201, "flite", "rms", "M", 0.0, "US English, statistical (CLUSTERGEN)")


def pronounceable(text: str) -> str:
    """Words in lower case; letters stay capitals, but for A, which would be read as an article."""
    words = text.split()
    return " ".join("ay" if w == "A" else w if len(w) == 1 else w.lower() for w in words)


def _command(voice: Voice, text: str, stretch: float, wav: Path) -> list[str]:
    if voice.engine == "flite":
        options = ["--setf", f"duration_stretch={stretch:.3f}"]
        return ["flite", "-voice", voice.name, *options, "-t", text, "-o", str(wav)]
    if voice.engine == "festival":
        return [
            "festival",
            "--batch",
            f"(voice_{voice.name})",
            f"(Parameter.set 'Duration_Stretch {stretch:.3f})",
            f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{wav}" \'riff)',
        ]
    words_per_minute = round(165 / stretch)
    return ["espeak-ng", "-v", voice.name, "-s", str(words_per_minute), "-w", str(wav), text]


def speak(voice: Voice, text: str, stretch: float, wav: Path) -> np.ndarray:
    """Say a sentence; ``wav`` is a scratch file.

    ``stretch`` multiplies every duration. Returns float32 samples, shape (time,), at 16 kHz.
    """
    command = _command(voice, pronounceable(text), stretch, wav)
    subprocess.run(command, check=True, capture_output=True)
    audio, rate = soundfile.read(wav, dtype="float32")
    wav.unlink()
    if rate != SAMPLE_RATE_HZ:
        divisor = np.gcd(rate, SAMPLE_RATE_HZ)
        audio = resample_poly(audio, SAMPLE_RATE_HZ // divisor, rate // divisor)
    return without_silence(audio.astype(np.float32))


def without_silence(audio: np.ndarray, keep_s: float = 0.12) -> np.ndarray:
    """Cut the silence at both ends down to ``keep_s`` seconds; (time,) to (shorter time,)."""
    loud = np.flatnonzero(np.abs(audio) > 0.02 * np.abs(audio).max())
    keep = round(keep_s * SAMPLE_RATE_HZ)
    return audio[max(0, loud[0] - keep) : loud[-1] + keep]
