"""What stand-ins cannot show of a GPU: its arithmetic, who waits for it, its memory and its meter.

Without a GPU that torch can use all of it is skipped; `make test-gpu` runs it.
"""

import time
from functools import partial
from pathlib import Path

import pytest
import torch
from asrbench.device import gpus
from asrbench.engines.interface import Recogniser, Transcript
from asrbench.engines.processor import TorchGpu
from asrbench.meters.nvidia import Nvidia
from small_models import LSTM, TRANSFORMER, random_model, recogniser
from test_gpu import OTHERS, SPEECH, measured

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch can use no GPU")


def hybrid(folder, engine, architecture, weight, **asked):
    return recogniser(random_model(folder, architecture), weight, 3, 5, engine=engine, **asked)


HYBRIDS = [
    partial(hybrid, engine=engine, architecture=architecture, weight=weight)
    for engine in ("espnet", "espnet-fast")
    for architecture in (TRANSFORMER, LSTM)
    for weight in (0.0, 0.3, 1.0)
]


@pytest.mark.parametrize("made", [*HYBRIDS, *OTHERS])
def test_words_and_scores_are_those_of_the_cpu(tmp_path, made):
    wanted = made(tmp_path).transcribe(SPEECH)
    there = made(tmp_path, processor="cuda")
    found = there.transcribe(SPEECH)
    assert {each.device.type for each in there.model.parameters()} == {"cuda"}
    assert (found.text, found.tokens) == (wanted.text, wanted.tokens)
    if wanted.score is not None:
        assert found.score == pytest.approx(wanted.score, rel=1e-4)


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
@pytest.mark.parametrize("engine", ["espnet", "espnet-fast"])
@pytest.mark.parametrize("architecture", [TRANSFORMER, LSTM])
def test_halves_score_about_what_float32_does(tmp_path, engine, architecture, precision):
    made = partial(hybrid, tmp_path, engine, architecture, 0.3)
    wanted, found = (
        made(processor="cuda", **asked).transcribe(SPEECH)
        for asked in ({}, {"precision": precision})
    )
    assert found.score == pytest.approx(wanted.score, rel=0.05)


def products(size=1024):
    """Matrix product, convolution and LSTM of random float32, and the furthest from float64."""
    chance = torch.Generator().manual_seed(1)
    a, b = (torch.randn(size, size, generator=chance) for _ in range(2))
    image, kernel = (
        torch.randn(1, 64, 64, 64, generator=chance),
        torch.randn(64, 64, 3, 3, generator=chance),
    )
    lstm = torch.nn.LSTM(256, 256, batch_first=True)
    steps = torch.randn(1, 50, 256, generator=chance)
    for inputs, run in (
        ((a, b), torch.matmul),
        ((image, kernel), torch.nn.functional.conv2d),
        ((steps, lstm), lambda x, layer: layer(x)[0]),
    ):
        with torch.no_grad():
            exact = run(*(each.to("cpu", torch.float64) for each in inputs))
            found = run(*(each.to("cuda:0", torch.float32) for each in inputs))
            yield float((found.cpu() - exact).norm() / exact.norm())


def test_float32_is_float32():
    TorchGpu()
    assert max(products()) < 1e-5  # with TensorFloat-32 about 3e-4


def test_the_clock_is_read_when_the_work_is_done():
    there = TorchGpu()
    a = torch.randn(8192, 8192, device="cuda:0")
    events = [torch.cuda.Event(enable_timing=True) for _ in range(2)]
    a @ a
    began_s = there.now_s()
    events[0].record()
    for _ in range(10):
        a @ a
    events[1].record()
    returned_s = time.perf_counter() - began_s
    done_s = there.now_s() - began_s
    assert done_s >= events[0].elapsed_time(events[1]) / 1000 > 2 * returned_s


class Hungry(Recogniser):
    """Asks the GPU for as many bytes as the first sample says, times 2^40."""

    def __init__(self):
        self.processor = TorchGpu()

    def decode(self, waveform):
        torch.empty(max(1 << 20, int(waveform[0]) << 40), dtype=torch.uint8, device="cuda:0")
        return Transcript("A", 1, 0.0)

    def use_threads(self, count):
        pass

    def facts(self):
        return {}


def test_too_little_memory_is_a_failed_row_and_memory_is_counted(tmp_path):
    there = Hungry()
    before = torch.cuda.memory_allocated()
    rows = measured(tmp_path, there, [0, 9])
    assert sorted(row["status"] for row in rows) == ["failed", "failed", "ok", "ok"]
    failed = {row["reason"] for row in rows if row["status"] == "failed"}
    wanted = "the GPU has too little memory for this (CUDA out of memory. Tried to allocate"
    assert len(failed) == 1 and failed.pop().startswith(wanted)
    taken = {int(row["gpu_peak_memory_bytes"]) - before for row in rows if row["status"] == "ok"}
    assert taken == {1 << 20}


def test_the_board_counts_the_joules_that_its_watts_are():
    pytest.importorskip("pynvml")
    meter = Nvidia(Path("/"))
    channels = meter.probe()
    boards = gpus.described()
    assert len(channels) == len(boards)
    assert torch.cuda.get_device_name() in [board["name"] for board in boards]
    first = meter.read()
    time.sleep(2.0)
    second = meter.read()
    meter.close()
    for one, other in zip(first, second, strict=True):
        watts = other.value
        if one.channel.kind == "counter":
            watts = (other.value - one.value) / (other.t_s - one.t_s)
        assert 1 < watts < 2 * max(float(str(board["power_limit_w"])) for board in boards)
