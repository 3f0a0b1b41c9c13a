"""The benchmarks of the statistics and of the clocks, on decodings that are none."""

import subprocess
import sys
import time
from itertools import pairwise
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
from demonstration import Demonstration


def test_rounds_are_added_until_the_delay_is_found():
    def timer(_utterance):
        return 0.0001  # as if it took so long; what is timed are the delays alone

    found = latency_resolution.resolve(timer, ["a", "b", "c"], tries=2, rounds=[2, 3], delay=5.0)
    assert [row["rounds"] for row in found] in ([2], [2, 3])
    assert all(0 <= row[key] <= 2 for row in found for key in ("same", "slower"))
    assert found[0]["same"] == 2
    for one, following in pairwise(found):
        assert one["slower"] < 2 and following["rounds"] > one["rounds"]


def test_a_delay_is_a_share_of_the_time():
    def timer(_utterance):
        began = time.perf_counter()
        time.sleep(0.01)
        return time.perf_counter() - began

    assert latency_resolution.delayed(timer, 0.5)("a") >= 0.015


def test_each_try_keeps_its_rounds():
    one = latency_resolution.Try(0)
    timers = dict.fromkeys(("once", "again"), lambda utterance: float(ord(utterance)))
    for _ in range(2):
        one.add_round(timers, ["a", "b"])
    assert one.rounds == 2 and {len(rows) for rows in one.rows.values()} == {4}
    assert one.verdict("again", "once") == "no difference shown"


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
    assert "--rounds" in told and "latency" in told


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
