"""Time the forward pass (front end, encoder, CTC head; no search) against batch size."""

import contextlib
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from asrbench.basics import clock_time
from asrbench.basics.attempts import Attempts
from asrbench.basics.resumable_csv import RowFile
from asrbench.device.watch import COLUMNS as DEVICE_COLUMNS
from asrbench.device.watch import DeviceWatch
from asrbench.engines.espnet.front_end import FrontEnd
from asrbench.engines.processor import CPU, Processor
from asrbench.measure.latency import failure, untimed_first
from asrbench.measure.outcomes import Outcomes

COLUMNS = [
    *("batch_size", "repeat", "order", "frames", "audio_s", "padding"),
    *("encode_s", "ctc_s", "forward_s", "status", "reason", *DEVICE_COLUMNS),
]


def draw(count: int, batch_size: int, seed: int, repeat: int) -> list[int]:
    """Which of ``count`` utterances are in a batch; with returns where the batch is larger."""
    chance = random.Random(f"{seed}/{batch_size}/{repeat}")
    if batch_size <= count:
        return chance.sample(range(count), batch_size)
    return chance.choices(range(count), k=batch_size)


def pad(waveforms: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch as ESPnet takes it: longest first, padded with zeros.

    Args:
        waveforms: each of shape (samples,), float32.

    Returns:
        Speech of shape (batch, longest) and lengths of shape (batch,), in samples.
    """
    ordered = sorted(waveforms, key=len, reverse=True)
    lengths = torch.tensor([len(waveform) for waveform in ordered])
    speech = torch.zeros(len(ordered), int(lengths[0]))
    for row, waveform in zip(speech, ordered, strict=True):
        row[: len(waveform)] = torch.from_numpy(waveform)
    return speech, lengths


@torch.no_grad()
def time_forward(
    model, speech: torch.Tensor, lengths: torch.Tensor, processor: Processor = CPU
) -> dict[str, float]:
    """Seconds of a forward pass: ``encode_s``, ``ctc_s`` (0 without a CTC head), ``forward_s``.

    What a GPU is given comes from the CPU's memory, and the way there is in ``encode_s``.
    """
    now_s, device = processor.now_s, processor.torch_device
    began = now_s()
    encoded, _lengths = model.encode(speech.to(device), lengths.to(device))
    if isinstance(encoded, tuple):
        encoded = encoded[0]  # the rest are intermediate CTC outputs
    between = now_s()
    if model.ctc is not None:
        model.ctc.log_softmax(encoded)
    ended = now_s()
    return {
        "encode_s": between - began,
        "ctc_s": ended - between,
        "forward_s": ended - began,
    }


def _forward(model, waveforms: list[np.ndarray], processor: Processor) -> dict[str, float]:
    return time_forward(model, *pad(waveforms), processor)


def warm_up(model, waveform: np.ndarray, passes: int, processor: Processor = CPU) -> None:
    """Run without a clock; what cannot be run is passed over, since the rows will say why."""
    with contextlib.suppress(Exception):
        for _ in range(passes):
            _forward(model, [waveform], processor)


def sweep(
    model,
    front_end: FrontEnd,
    waveforms: list[np.ndarray],
    cases: list[tuple[int, int]],
    seed: int,
    rows: RowFile,
    progress: Callable[[int], None],
    attempts: Attempts | None = None,
    processor: Processor = CPU,
) -> None:
    """Time every (batch size, repeat) that has no row yet, in the order given.

    Out of memory is a row with status ``failed``, and the sweep goes on.

    Args:
        progress: called with the number of batches done.
        attempts: of the process; by default those of the rows.
        processor: where the model is.
    """
    done = {(int(row["batch_size"]), int(row["repeat"])) for row in rows.found}
    attempts = attempts or rows.attempts
    watch, outcomes, clocks_s = DeviceWatch(), Outcomes(rows.path), 0.0
    for earlier in rows.found:
        outcomes.add(earlier)
    for order, (batch_size, repeat) in enumerate(cases):
        if (batch_size, repeat) in done:
            continue
        chosen = [waveforms[i] for i in draw(len(waveforms), batch_size, seed, repeat)]
        samples = sum(len(waveform) for waveform in chosen)
        longest = max(len(waveform) for waveform in chosen)
        row: dict[str, Any] = {
            "batch_size": batch_size,
            "repeat": repeat,
            "order": order,
            "frames": front_end.frames(longest),
            "audio_s": samples / front_end.rate_hz,
            "padding": 1 - samples / (longest * batch_size),
        }
        what = f"{rows.path}, a batch of {batch_size}, repeat {repeat}"
        forward = partial(_forward, model, chosen, processor)
        untimed_first(processor, attempts, what, forward)
        watch.begin()
        try:
            with attempts.at(what):
                row |= {**forward(), "status": "ok", "reason": ""}
        except Exception as error:
            row |= failure(error)
        outcomes.add(row)
        clocks_s += row.get("forward_s", 0.0)
        rows.write({**row, **watch.end()})
        progress(order + 1)
    outcomes.tell()
    clock_time.tell(clocks_s)
