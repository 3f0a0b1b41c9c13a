"""One capture: idle, warm-up, inference back to back, idle again, while all meters are sampled.

The window holds inference and nothing else: the model is loaded and warm, the
waveforms are in memory, start and end are read on the sampler's clock. On a
device without a meter nothing is run.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from asrbench.basics import clock_time
from asrbench.basics.attempts import Attempts
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import write_json
from asrbench.device.watch import COLUMNS as DEVICE_COLUMNS
from asrbench.device.watch import DeviceWatch
from asrbench.engines.interface import Recogniser
from asrbench.measure import samples_file
from asrbench.measure.latency import failure
from asrbench.measure.sampler_process import Ended, SamplerProcess
from asrbench.meters import catalogue
from asrbench.meters.catalogue import Probed

SCHEMA_VERSION = 2
NOTHING_READ = "no meter could be read any more when sampling began"

Progress = Callable[[float], None]  # called with the seconds that have passed


@dataclass(frozen=True)
class Load:
    """What is run in the window.

    ``waveforms``, each of shape (samples,), float32, are decoded in turn over
    and over; the first ``warm_up`` of them before the window begins. ``attempts`` limits the time
    of each.
    """

    recogniser: Recogniser
    waveforms: list[np.ndarray]
    warm_up: int
    attempts: Attempts


@dataclass
class Capture:
    """What a capture gave, as it stands in window.json; times on the monotonic clock."""

    status: str = "unavailable"
    reason: str = ""
    meter: str = ""
    scope: str = ""
    started_utc: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    start_s: float | None = None
    end_s: float | None = None
    phases: dict[str, tuple[float, float]] = field(default_factory=dict)
    inferences: int | None = None
    audio_s: float | None = None
    cpu_s: float | None = None
    load: object = ""
    cpu_mhz: object = ""
    temp_c: object = ""
    throttled: object = ""
    swapped_bytes: object = ""
    sampler_cores: float | None = None
    meters: list[dict] = field(default_factory=list)
    absent: list[dict] = field(default_factory=list)

    def plain(self) -> dict[str, object]:
        """As JSON data."""
        empty = dict.fromkeys(DEVICE_COLUMNS)
        said = {key: value for key, value in vars(self).items() if value != ""}
        return {"schema_version": SCHEMA_VERSION, "reason": "", "meter": "", "scope": ""} | (
            empty | said
        )


def without_meter(found: list[Probed]) -> Capture:
    """No window at all: nothing would be measured in it.

    Args:
        found: the meters that were asked and that give nothing.
    """
    return Capture(reason=catalogue.why_none(found), absent=catalogue.absent(found))


def with_meters(
    load: Load, settings: SimpleNamespace, root: Path, folder: Path, progress: Progress
) -> Capture:
    """The whole capture; samples.csv is written into ``folder``, the window is not.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """
    capture, ended = Capture(), Ended()
    folder.mkdir(parents=True, exist_ok=True)
    readings = folder / "readings.csv.part"
    began_s = time.monotonic()
    try:
        with SamplerProcess(settings, root, readings) as sampling:
            capture.meters, capture.absent = sampling.channels, sampling.absent
            try:
                _phases(capture, load, settings, began_s, progress)
            except _Failed as error:
                ended = Ended(str(error))
            else:
                ended = sampling.end()
        capture.sampler_cores = ended.cores
        _judge(capture, ended)
        try:
            samples_file.write_labelled(readings, capture.phases, folder / "samples.csv")
        except UserError as error:
            _judge(capture, ended if ended.reason else Ended(str(error)))
            readings.unlink(missing_ok=True)
            samples_file.write_labelled(None, {}, folder / "samples.csv")
    finally:
        readings.unlink(missing_ok=True)
    return capture


def write_window(capture: Capture, folder: Path) -> None:
    """Write window.json, after the samples, so that it stands for both."""
    if not (folder / "samples.csv").exists() or not capture.meters:
        folder.mkdir(parents=True, exist_ok=True)
        samples_file.write_labelled(None, {}, folder / "samples.csv")
    write_json(capture.plain(), folder / "window.json")


class _Failed(Exception):
    """ESPnet could not decode in the window."""


def _phases(
    capture: Capture, load: Load, settings: SimpleNamespace, began_s: float, progress: Progress
) -> None:
    updates_s = [channel["update_s"] for channel in capture.meters]
    periods_s = [channel["period_s"] for channel in capture.meters]
    # A meter that averages still shows what was before.
    settle_s = min(max(updates_s, default=0.0), settings.idle_s)
    window_s = max(settings.window_s, settings.samples * max(periods_s, default=0.0))

    def rest(name: str) -> None:
        _sleep(settle_s, began_s, progress)
        start_s = time.monotonic()
        _sleep(settings.idle_s, began_s, progress)
        if settings.idle_s:
            capture.phases[name] = (start_s, time.monotonic())

    rest("idle_before")
    start_s = time.monotonic()
    _warm_up(load, settle_s)
    capture.phases["warm_up"] = (start_s, time.monotonic())
    _run(capture, load, window_s, began_s, progress)
    rest("idle_after")


def _sleep(seconds: float, began_s: float, progress: Progress) -> None:
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        time.sleep(min(left_s, 1.0))
        progress(time.monotonic() - began_s)


def _warm_up(load: Load, least_s: float) -> None:
    end_s = time.monotonic() + least_s
    done = 0
    while done < load.warm_up or time.monotonic() < end_s:
        _transcribe(load, done)
        done += 1


def _run(capture: Capture, load: Load, window_s: float, began_s: float, progress: Progress) -> None:
    watch = DeviceWatch()
    inferences = audio_samples = 0
    cpu_before_s = time.process_time()  # of all threads of this process
    capture.start_s = start_s = time.monotonic()
    while time.monotonic() - start_s < window_s:
        audio_samples += _transcribe(load, inferences)
        inferences += 1
        progress(time.monotonic() - began_s)
    capture.end_s = end_s = time.monotonic()
    capture.cpu_s = time.process_time() - cpu_before_s
    capture.phases["run"] = (start_s, end_s)
    clock_time.tell(end_s - start_s)
    capture.inferences = inferences
    capture.audio_s = audio_samples / load.recogniser.sample_rate_hz
    for key, value in watch.end().items():
        setattr(capture, key, value)


def _transcribe(load: Load, number: int) -> int:
    waveform = load.waveforms[number % len(load.waveforms)]
    try:
        with load.attempts.timed():
            load.recogniser.transcribe(waveform)
    except Exception as error:  # ESPnet has no type of its own for what it cannot decode
        raise _Failed(f"inference failed: {failure(error)['reason']}") from error
    return len(waveform)


def _judge(capture: Capture, ended: Ended) -> None:
    """Give every channel its status, and the capture that of its best channel."""
    for channel in capture.meters:
        meter, name = channel["meter"], channel["channel"]
        reason = ended.reason or ended.failures.get(meter, "") or ended.lost.get((meter, name), "")
        gaps = ended.gaps.get(meter, {})
        channel["gaps"] = gaps.get("", 0) + gaps.get(name, 0)
        kind = "estimated" if channel["estimated"] else "measured"
        channel["status"], channel["reason"] = ("void", reason) if reason else (kind, "")
    good = [channel for channel in capture.meters if channel["status"] != "void"]
    best = next(iter(good or capture.meters), None)
    if best is None:
        capture.status, capture.reason = "void", ended.reason or NOTHING_READ
        return
    capture.status, capture.reason = best["status"], best["reason"]
    capture.meter, capture.scope = best["meter"], best["scope"]
