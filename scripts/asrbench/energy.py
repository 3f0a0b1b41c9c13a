"""The energy window: inference back to back while a power meter samples.

The window holds inference and nothing else: the model is loaded and warm, the
waveforms are in memory, start and end are read on the meter's monotonic clock,
and the meter is a process of its own.
"""

import csv
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil

from asrbench import powertop
from asrbench.recogniser import Recogniser

SAMPLE_COLUMNS = ["t_s", "phase", "meter", "scope", "power_w"]


@dataclass
class Window:
    """What ran in the window; times in seconds on the monotonic clock.

    ``status`` is measured, unavailable (no meter could measure) or void (a
    meter began and did not end well). ``cpu_s`` is CPU time of the inferring
    process over all its threads; ``audio_s`` the speech that it decoded.
    """

    status: str
    reason: str = ""
    meter: str = ""
    scope: str = ""
    start_s: float | None = None
    end_s: float | None = None
    inferences: int | None = None
    audio_s: float | None = None
    cpu_s: float | None = None


def unavailable(error: powertop.PowertopError) -> Window:
    """The window of a device without watts."""
    return Window(status="unavailable", reason=str(error), meter=powertop.METER)


def measure(
    recogniser: Recogniser,
    waveforms: list[np.ndarray],
    window_s: float,
    samples: int,
    progress: Callable[[float], None],
) -> tuple[Window, list[powertop.Sample]]:
    """Run inference for at least ``window_s`` and until every power sample is taken.

    Args:
        waveforms: each of shape (samples,), float32, decoded in turn over and over.
        samples: one-second power samples to take.
        progress: called with the seconds that have passed.

    Returns:
        The window, and the samples that lie in it.
    """
    process = psutil.Process()
    window = Window(status="measured", meter=powertop.METER, scope=powertop.SCOPE)
    audio_samples = inferences = 0
    capture = powertop.Capture(samples)
    try:
        cpu_before_s = sum(process.cpu_times()[:2])
        window.start_s = time.monotonic()
        while capture.running() or time.monotonic() - window.start_s < window_s:
            waveform = waveforms[inferences % len(waveforms)]
            recogniser.transcribe(waveform)
            inferences += 1
            audio_samples += len(waveform)
            progress(time.monotonic() - window.start_s)
        window.end_s = time.monotonic()
        window.cpu_s = sum(process.cpu_times()[:2]) - cpu_before_s
        window.inferences = inferences
        window.audio_s = audio_samples / recogniser.sample_rate_hz
        taken = capture.result()
    except powertop.PowertopError as error:
        window.status, window.reason = "void", str(error)
        return window, []
    finally:
        capture.stop()
    return window, taken


def write(window: Window, samples: list[powertop.Sample], folder: Path) -> None:
    """Write ``samples.csv`` and ``window.json``; the window comes last, so it stands for both."""
    folder.mkdir(parents=True, exist_ok=True)
    samples_part = folder / "samples.csv.part"
    with samples_part.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(SAMPLE_COLUMNS)
        for sample in samples:
            rows.writerow([sample.t_s, "run", window.meter, window.scope, sample.power_w])
    window_part = folder / "window.json.part"
    window_part.write_text(json.dumps(asdict(window), indent=2) + "\n", encoding="utf-8")
    os.replace(samples_part, folder / "samples.csv")
    os.replace(window_part, folder / "window.json")
