"""The benchmarks of the statistics and of the clocks, on decodings that are none."""

import multiprocessing
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import yaml
from small_models import write_config

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
import clock_cost
import latency_resolution
from asrbench.engines.interface import Transcript
from asrbench.engines.processor import CPU
from demonstration import Demonstration


class Known:
    """A recogniser that tells a latency of its own, without taking the time."""

    sample_rate_hz, processor = 16000, CPU

    def __init__(self, speed: float, seed: int):
        self.speed, self.chance = speed, np.random.default_rng(seed)

    def frames(self, samples):
        return samples // 256 + 1

    def transcribe(self, waveform):
        latency_s = self.speed * len(waveform) * float(self.chance.lognormal(0, 0.01))
        return Transcript("", 1, 0.0, 0.0, 0.0, 0.0, 0.0, latency_s, "end")


def test_both_ways_tell_a_delay_from_none():
    loaded = multiprocessing.Value("i", 0)  # in all processes: each has another chance

    def load(name):
        loaded.value += 1
        one = Known(1e-4, loaded.value)
        return latency_resolution.Delayed(one, 0.2) if name == "delayed" else one

    takes = [
        latency_resolution.Take({"utterance_id": name}, lambda size=size: np.zeros(size))
        for name, size in (("a", 100), ("b", 300))
    ]
    rows = latency_resolution.resolve(load, takes, tries=2, seconds=0.6, processes_every=2)
    told = [(way, slower) for way, _same, slower in rows]
    assert told == [("in turn", "2 of 2"), ("processes", "1 of 1")]
    assert rows[0][1] == "2 of 2"
    rows = latency_resolution.resolve(load, takes, tries=1, seconds=0.3, processes_every=0)
    assert [found for _way, _same, found in rows] == ["1 of 1", "0 of 0"]


def test_a_delay_is_a_share_of_the_time():
    class Sleeping(Known):
        def transcribe(self, waveform):
            time.sleep(0.01)
            return super().transcribe(waveform)

    one = Sleeping(1e-3, 0)
    delayed = latency_resolution.Delayed(one, 0.5)
    # 0.1 s by the recogniser's own clock, and half of it once more.
    assert delayed.transcribe(np.zeros(100)).latency_s > 0.14


class Timed:
    """Stands for a recogniser whose latency is known."""

    def __init__(self, speed: float):
        self.speed, self.asked = speed, []
        self.model = torch.nn.Linear(2, 2)

    def transcribe(self, waveform):
        self.asked.append(len(waveform))
        return SimpleNamespace(latency_s=self.speed * len(waveform))


def test_cost_of_clocks_is_the_ratio_of_sums():
    pair = Timed(1.02), Timed(1.0)
    found = clock_cost.ratio(*pair, [np.zeros(10), np.zeros(30)], rounds=2)
    assert found.value == pytest.approx(1.02)
    assert (found.low, found.high) == pytest.approx((1.02, 1.02))
    assert pair[0].asked == pair[1].asked == [10, 30, 10, 30]
    clock_cost.share_tensors(*pair)
    assert pair[1].model.weight.data_ptr() == pair[0].model.weight.data_ptr()


@pytest.mark.parametrize("name", ["clock_cost", "latency_resolution"])
def test_help_says_what_a_benchmark_measures(name):
    told = subprocess.run(
        [sys.executable, str(Path(clock_cost.__file__).with_name(f"{name}.py")), "--help"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "--utterances" in told and "latency" in told


@pytest.mark.parametrize(
    "engine, search", [("espnet-fast", "FastSearch"), ("espnet", "BatchBeamSearch")]
)
def test_a_benchmark_opens_a_model_with_its_own_engine(tmp_path, monkeypatch, engine, search):
    write_config(tmp_path / "model")
    model = {"name": "small", "source": "model", "weights": "random", "tokens_per_second": 3.0}
    study = {"name": "a test", "speech": {"name": "s", "path": "."}}
    study |= {"models": [model | {"engine": engine}], "decoding": {"beam_size": 2}}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(study))
    monkeypatch.chdir(tmp_path)
    opened = Demonstration(path).recogniser("small", 0.3)
    assert type(opened.speech2text.beam_search).__name__ == search
