"""A build on a GPU, with stand-ins for it: where its tensors are, who waits, what is counted."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pretended_gpu
import pytest
import raw_rows
import test_multilingual
import test_streaming_transducer
import torch
import yaml
from asrbench.basics.errors import UserError
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import checks, description, gpus
from asrbench.engines import catalogue, interface, processor
from asrbench.engines.interface import Transcript
from asrbench.engines.part_timers import PartClocks
from asrbench.engines.processor import CPU, Processor, TorchGpu
from asrbench.measure import batch, latency, streaming
from asrbench.measure.latency import Take, Timed
from asrbench.measure.peak_memory import PeakMemory
from asrbench.results import power_windows
from asrbench.study import config
from asrbench.study.job import Job
from asrbench.study.variant import Build, Variant
from small_models import LSTM, TRANSFORMER, random_model, recogniser
from test_language_model import with_lm
from test_meters import fake_nvml
from test_other_searches import TRANSDUCER
from test_power_windows import every, gauge
from test_streaming import BLOCKS
from workflow import ROOT, Study

SPEECH = np.random.default_rng(5).normal(0, 0.1, 16000).astype(np.float32)
BOARD = {"name": "NVIDIA L4", "memory_bytes": 24 << 30, "driver": "580.95", "power_limit_w": 72.0}
BOARD |= {"persistence": True, "compute_mode": "default", "highest_clock_mhz": 2040}


@pytest.fixture
def gpu(monkeypatch):
    with pretended_gpu.in_place(monkeypatch) as calls:
        yield calls


@pytest.mark.parametrize(
    ("engine", "architecture", "weight", "precision"),
    [
        ("espnet", TRANSFORMER, 0.3, "float32"),
        ("espnet-fast", TRANSFORMER, 0.3, "float16"),
        ("espnet-fast", LSTM, 0.3, "float32"),
        pytest.param("espnet", LSTM, 0.3, "float32", marks=pytest.mark.slow),
        pytest.param("espnet", TRANSFORMER, 1.0, "float32", marks=pytest.mark.slow),
        pytest.param("espnet", TRANSFORMER, 0.0, "bfloat16", marks=pytest.mark.slow),
        pytest.param("espnet-fast", TRANSFORMER, 1.0, "bfloat16", marks=pytest.mark.slow),
    ],
)
def test_all_tensors_are_on_the_gpu_and_words_are_those_of_the_cpu(
    tmp_path, monkeypatch, engine, architecture, weight, precision
):
    manifest = random_model(tmp_path, architecture)
    asked = {"engine": engine, "precision": precision}
    wanted = recogniser(manifest, weight, 3, 5, **asked).transcribe(SPEECH)
    with pretended_gpu.in_place(monkeypatch) as calls:
        there = recogniser(manifest, weight, 3, 5, **asked, processor="cuda")
        assert {each.device for each in there.model.parameters()} == {pretended_gpu.GPU}
        found = there.transcribe(SPEECH)
        # From the encoder's output, as decodings of a build share it, too.
        again = there.transcribe_encoded(there.encode(SPEECH))
        assert there.facts() | {"gpu": pretended_gpu.NAME, "cuda": "13.0"} == there.facts()
        assert calls["synchronize"] > 4
    assert (found.text, found.tokens) == (wanted.text, wanted.tokens) == (again.text, again.tokens)
    assert found.score == pytest.approx(wanted.score, rel=1e-5)


def greedy(folder, **asked):
    return recogniser(random_model(folder), 1.0, 2, search="greedy", **asked)


def transducer(folder, **asked):
    model = random_model(folder, **TRANSDUCER)
    return recogniser(model, 0.0, 1, engine="espnet-transducer", **asked)


def with_language_model(folder, **asked):
    return recogniser(with_lm(folder), 0.3, 2, 5, engine="espnet-fast", lm_weight="0.6", **asked)


def of_blocks(folder, **asked):
    blocks = {"encoder": "contextual_block_conformer", "encoder_conf": BLOCKS, "normalize": None}
    axes = {"engine": "espnet-streaming", "precision": "float32", **asked}
    job = Job("m", axes=axes | {"ctc_weight": "0.3", "beam_size": 2})
    return catalogue.recogniser(axes["engine"]).opened(random_model(folder, **blocks), job, 1)


def multilingual(folder, architecture, engine, **asked):
    lengths = {"minlenratio": "0.2", "maxlenratio": "0.5", "ctc_weight": "0.3", "beam_size": 2}
    axes = {"engine": engine, "precision": "float32"} | lengths | asked
    job = Job("m", variant="v", axes=axes, sample_rate_hz=16000, threads=1, language="en")
    return catalogue.recogniser(engine).opened(random_model(folder, architecture), job, 1)


def padded(folder, **asked):
    return multilingual(folder, test_multilingual.HYBRID, "espnet-s2t", **asked)


def by_ctc_alone(folder, **asked):
    return multilingual(folder, test_multilingual.CTC_ALONE, "espnet-s2t-ctc", **asked)


def streaming_transducer(folder, **asked):
    axes = {"engine": "espnet-streaming-transducer", "precision": "float32", "beam_size": 2}
    job = Job("m", variant="v", axes=axes | asked, sample_rate_hz=16000, threads=1)
    manifest = random_model(folder, test_streaming_transducer.ARCHITECTURE)
    return catalogue.recogniser(axes["engine"]).opened(manifest, job, 1)


OTHERS = [greedy, transducer, with_language_model, of_blocks]
OTHERS += [padded, by_ctc_alone, streaming_transducer]


@pytest.mark.parametrize("made", OTHERS)
def test_so_do_the_other_searches(tmp_path, monkeypatch, made):
    wanted = made(tmp_path).transcribe(SPEECH)
    with pretended_gpu.in_place(monkeypatch):
        found = made(tmp_path, processor="cuda").transcribe(SPEECH)
    assert (found.text, found.tokens) == (wanted.text, wanted.tokens)
    if wanted.score is None:  # the best token of each frame has none
        assert found.score is None
    else:
        assert found.score == pytest.approx(wanted.score, rel=1e-5)


def test_what_is_left_on_the_cpu_is_refused_as_by_a_real_one(gpu):
    with pytest.raises(RuntimeError, match="same device"):
        torch.ones(2, device="cuda:0") + torch.ones(2)
    with pytest.raises(RuntimeError, match="numpy"):
        torch.ones(2, device="cuda:0").numpy()


class Queue:
    """A clock on which the work that a GPU was given passes when somebody waits for it."""

    def __init__(self, monkeypatch):
        self.now_s = self.given_s = 0.0
        monkeypatch.setattr(processor.time, "perf_counter", lambda: self.now_s)
        monkeypatch.setattr(torch.cuda, "synchronize", self.wait)

    def give(self, seconds):
        self.given_s += seconds

    def wait(self):
        self.now_s, self.given_s = self.now_s + self.given_s, 0.0


class Queued(interface.Recogniser):
    """Gives a GPU 5 s of work for each waveform or piece; one whose first sample is 9 fails."""

    streams = True

    def __init__(self, on: Processor, queue: Queue):
        self.processor, self.queue, self.asked = on, queue, []

    def decode(self, waveform):
        self.asked.append(waveform[0])
        if waveform[0] == 9:
            raise torch.OutOfMemoryError(
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of "
                "3.95 GiB of which 1.1 GiB is free. Including non-PyTorch memory, this process has"
            )
        self.queue.give(5.0)
        return Transcript("A", 1, 0.0)

    def listen(self):
        return SimpleNamespace(feed=lambda piece: self.decode(piece).text, finish=self._finish)

    def _finish(self):
        self.queue.give(2.0)
        return Transcript("A")

    def use_threads(self, count):
        pass

    def facts(self):
        return {}


@pytest.fixture
def queue(gpu, monkeypatch):
    return Queue(monkeypatch)


def test_latency_is_that_of_the_work_and_not_of_the_call(queue):
    recogniser = Queued(TorchGpu(), queue)
    queue.give(100.0)  # of what was before
    assert recogniser.transcribe(SPEECH).latency_s == 5.0


def test_parts_of_a_decoding_wait_at_both_ends(queue):
    part, clocks = SimpleNamespace(score=lambda: queue.give(2.0)), PartClocks(TorchGpu())
    clocks.watch(part, ["score"], "decoder")
    clocks.start()
    queue.give(3.0)
    part.score()
    assert clocks.spent_s("decoder") == 2.0


def test_a_forward_pass_waits_for_encoder_and_head(queue):
    def encode(speech, lengths):
        assert (speech.device, lengths.device) == (pretended_gpu.GPU,) * 2
        queue.give(2.0)
        return speech, lengths

    model = SimpleNamespace(
        encode=encode, ctc=SimpleNamespace(log_softmax=lambda _: queue.give(1.0))
    )
    found = batch.time_forward(model, *batch.pad([SPEECH]), TorchGpu())
    assert found == {"encode_s": 2.0, "ctc_s": 1.0, "forward_s": 3.0}


def test_pieces_of_speech_wait_each(queue):
    recogniser = Queued(TorchGpu(), queue)
    heard = streaming.hear(recogniser.listen(), SPEECH, 16000, 0.5, processor=TorchGpu())
    assert (heard.compute_s, heard.end_compute_s) == ([5.0, 5.0], 2.0)


def test_on_the_cpu_nobody_waits_and_nothing_is_asked(gpu, tmp_path):
    queue = SimpleNamespace(give=lambda _: None)
    recogniser = Queued(CPU, queue)
    rows = RowFile(tmp_path / "rows.csv", ["utterance_id", *latency.TIMED_COLUMNS], {})
    takes = [Take({"utterance_id": "u0"}, lambda: SPEECH)]
    memory = PeakMemory(CPU)
    latency.time_in_turn([Timed(recogniser, rows)], takes, lambda _: None, memory)
    assert not gpu.order and len(recogniser.asked) == 1
    assert memory.columns()["gpu_peak_memory_bytes"] == ""
    assert CPU.now_s is processor.time.perf_counter


def measured(folder, recogniser, first_samples):
    """Rows of two passes over waveforms that begin with these samples."""
    rows = RowFile(folder / "rows.csv", ["utterance_id", "pass", *latency.TIMED_COLUMNS], {})
    takes = [
        Take({"utterance_id": f"u{n}"}, lambda n=n: np.full(16000, n, np.float32))
        for n in first_samples
    ]
    order = latency.shuffled(takes, 1, 1, passes=2)
    memory = PeakMemory(recogniser.processor)
    latency.time_in_turn([Timed(recogniser, rows)], order, lambda _: None, memory)
    rows.finish()
    found = (folder / "rows.csv").read_text().splitlines()
    return [dict(zip(found[0].split(","), line.split(","), strict=False)) for line in found[1:]]


def test_each_input_is_decoded_once_before_its_first_timed_pass(queue, gpu, tmp_path):
    recogniser = Queued(TorchGpu(), queue)
    rows = measured(tmp_path, recogniser, [1, 2])
    first, second, *again = recogniser.asked[::2][:2] + recogniser.asked[4:]
    assert recogniser.asked[:4] == [first, first, second, second] and len(again) == 2
    assert {row["latency_s"] for row in rows} == {"5.0"}
    assert {row["gpu_peak_memory_bytes"] for row in rows} == {"123"}
    # Once when the model was loaded, and before each row.
    assert gpu["reset"] == 1 + len(rows)


def test_a_first_latency_is_that_of_the_first_decoding(queue, gpu, tmp_path):
    recogniser = Queued(TorchGpu(), queue)
    rows = RowFile(tmp_path / "rows.csv", ["utterance_id", *latency.TIMED_COLUMNS], {})
    takes = [Take({"utterance_id": "u0"}, lambda: SPEECH, cold=True)]
    memory = PeakMemory(recogniser.processor)
    latency.time_in_turn([Timed(recogniser, rows)], takes, lambda _: None, memory)
    assert len(recogniser.asked) == 1


def test_a_gpu_that_has_too_little_memory_is_a_failed_row_and_the_others_go_on(queue, tmp_path):
    rows = measured(tmp_path, Queued(TorchGpu(), queue), [1, 9])
    assert sorted(row["status"] for row in rows) == ["failed", "failed", "ok", "ok"]
    reason = {row["reason"] for row in rows if row["status"] == "failed"}
    assert reason == {
        "the GPU has too little memory for this (CUDA out of memory. Tried to allocate 2.00 GiB)"
    }


def test_settings_are_fixed_and_told_as_they_are(gpu, monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    there = TorchGpu()
    assert there.facts()["tf32"] == there.facts()["cudnn_autotuning"] == "off"
    torch.backends.cudnn.allow_tf32 = True
    assert there.facts()["tf32"] == "on"


@pytest.mark.skipif(torch.cuda.is_available(), reason="torch can use a GPU")
def test_a_gpu_that_torch_cannot_use_is_one_line():
    with pytest.raises(UserError, match=r"processor cuda: torch .* cannot use a GPU \(.*driver"):
        TorchGpu()


def study(engine="espnet", **model):
    given = {"name": "m", "source": "m", "engine": engine, **model}
    speech = {"name": "demo", "path": "speech"}
    return config.parse({"name": "a study", "speech": speech, "models": [given]})


def test_builds_of_both_processors_stand_side_by_side():
    found = study(builds=[{}, {"processor": "cuda", "precision": ["float32", "float16"]}])
    assert [build.name for build in found.builds()] == ["m", "m-cuda", "m-float16-cuda"]
    assert [build.on_gpu for build in found.builds()] == [False, True, True]
    assert {build.checkpoint for build in found.builds()} == {"m"}
    # Its threads are not swept: they only feed it.
    cpu, gpu, _ = found.builds()
    assert catalogue.not_applicable(cpu, catalogue.SETS_THREADS) == ""
    assert "GPU" in catalogue.not_applicable(gpu, catalogue.SETS_THREADS)
    assert catalogue.not_applicable(gpu, catalogue.BATCHES) == ""


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"engine": "pocketsphinx", "processor": "cuda"}, "pocketsphinx computes on the CPU alone"),
        ({"processor": "cuda", "precision": "int8"}, "espnet has no int8 on cuda; it has float32"),
        ({"precision": "float16"}, "espnet has no float16 on cpu; it has float32, bfloat16, int8"),
        ({"engine": "sherpa-onnx", "processor": "cuda", "precision": "int8"}, "it has float32"),
        ({"processor": "gpu"}, "must be 'cpu' or 'cuda'"),
    ],
)
def test_what_an_engine_does_not_compute_on_is_one_line(model, said):
    with pytest.raises(UserError, match=said) as refused:
        study(**model)
    assert len(str(refused.value).splitlines()) == 1


def test_a_device_without_a_gpu_is_told_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(gpus, "torch_cuda", lambda: None)
    asked = {"engine": "espnet", "processor": "cuda"}
    processor.check(asked | {"processor": "cpu"}, tmp_path)
    with pytest.raises(UserError, match="shows no NVIDIA GPU") as refused:
        processor.check(asked, tmp_path)
    assert len(str(refused.value).splitlines()) == 1
    (tmp_path / "dev").mkdir()
    for name in ("nvidia0", "nvhost-gpu"):  # a board's, a Jetson's
        (tmp_path / "dev" / name).touch()
        with pytest.raises(UserError, match=r"a build for the CPU.*TORCH_INDEX=default"):
            processor.check(asked, tmp_path)
        with pytest.raises(UserError, match="sherpa-onnx that is installed computes on the CPU"):
            processor.check(asked | {"engine": "sherpa-onnx"}, tmp_path)
        (tmp_path / "dev" / name).unlink()
    (tmp_path / "dev/nvidia0").touch()
    monkeypatch.setattr(gpus, "torch_cuda", lambda: "13.0")
    processor.check(asked, tmp_path)


@pytest.mark.parametrize("cuda, hip, found", [("'13.0'", None, "13.0"), (None, "'6.4'", "None")])
def test_torch_is_asked_for_its_cuda_without_being_imported(tmp_path, cuda, hip, found):
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch/__init__.py").write_text("raise SystemExit('imported')")
    told = f"cuda: Optional[str] = {cuda}\nhip: Optional[str] = {hip}\n"
    (tmp_path / "torch/version.py").write_text(told)
    # In a process of its own: torch is here already, and a module that is taken out of
    # sys.modules comes back behind the stand-ins, which pickle then asks first.
    done = subprocess.run(
        [sys.executable, "-c", "from asrbench.device import gpus; print(gpus.torch_cuda())"],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT / 'scripts'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"{found}\n", done.stderr


@pytest.mark.skipif(gpus.there(), reason="this device has a GPU")
def test_without_a_gpu_one_line_ends_the_run_and_the_prepared_study(tmp_path):
    asked = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    asked["models"] = [{"name": "m", "source": "m", "processor": "cuda"}]
    planned = Study(tmp_path, asked).snakemake("-n", "--quiet", check=False)
    prepared = [sys.executable, str(ROOT / "tests/gpu_study.py")]
    ended = subprocess.run(prepared, capture_output=True, text=True)
    assert planned.returncode == ended.returncode == 1
    wanted = "processor cuda: this device shows no NVIDIA GPU"
    assert planned.stdout.splitlines()[-1].startswith(wanted), planned.stdout
    (line,) = ended.stderr.splitlines()
    assert wanted in line


def library(**functions):
    """A stand-in for NVIDIA's library with one board."""
    return fake_nvml(
        nvmlDeviceGetCount=lambda: 1,
        nvmlDeviceGetName=lambda _: "NVIDIA L4",
        nvmlSystemGetDriverVersion=lambda: "580.95",
        nvmlDeviceGetMemoryInfo=lambda _: SimpleNamespace(total=24 << 30),
        nvmlDeviceGetEnforcedPowerLimit=lambda _: 72000,
        nvmlDeviceGetPersistenceMode=lambda _: 1,
        nvmlDeviceGetComputeMode=lambda _: 0,
        nvmlDeviceGetMaxClockInfo=lambda _, kind: 2040,
        nvmlDeviceGetClockInfo=lambda _, kind: 1200,
        nvmlDeviceGetCurrentClocksThrottleReasons=lambda _: 0,
        **functions,
    )


@pytest.fixture
def driver(tmp_path):
    """The kernel's files of a device with NVIDIA's driver."""
    folder = tmp_path / "proc/driver/nvidia"
    (folder / "gpus/0000:01:00.0").mkdir(parents=True)
    (folder / "version").write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95  Mon\n")
    (folder / "gpus/0000:01:00.0/information").write_text("Model: \t\t NVIDIA L4\nIRQ: 5\n")
    return tmp_path


def test_device_json_has_what_the_library_tells(driver, monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", library())
    (driver / "study.json").write_text("{}")
    told = description.describe(driver / "study.json", driver)
    assert told["gpus"] == [BOARD] and told["torch_cuda"] == torch.version.cuda
    assert gpus.in_words(json.loads(json.dumps(told))["gpus"]) == (
        "NVIDIA L4, driver 580.95, at most 72 W"
    )


def test_device_json_without_the_library_has_what_files_tell(driver, monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    [board] = gpus.described(driver)
    assert (board["name"], board["driver"]) == ("NVIDIA L4", "580.95")
    assert board["memory_bytes"] is None and board.keys() == BOARD.keys()


def test_a_jetson_is_told_by_its_own_files(tmp_path):
    for name, text in {
        "proc/device-tree/compatible": "nvidia,p3737-0000+p3701-0000\0nvidia,tegra234\0",
        "etc/nv_tegra_release": "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic\n",
        "sys/class/devfreq/17000000.gpu/max_freq": "1300500000\n",
        "sys/class/devfreq/15340000.vic/max_freq": "729600000\n",
        "dev/nvgpu/igpu0/ctrl": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    [told] = gpus.described(tmp_path)
    assert (told["name"], told["driver"]) == ("GPU of tegra234", "L4T 36.4.3")
    assert told["highest_clock_mhz"] == 1300 and told["memory_bytes"] is None
    processor.check({"engine": "faster-whisper", "processor": "cuda"}, tmp_path)


@pytest.mark.parametrize(
    ("bits", "verdict", "found"),
    [
        (0x01, "fit", "not throttled, 1200 of 2040 MHz"),  # idle
        (0x24, "unfit", "throttled (power limit, heat), 1200 of 2040 MHz"),
    ],
)
def test_a_throttled_gpu_is_unfit_where_a_build_uses_one(driver, monkeypatch, bits, verdict, found):
    stand_in = library()
    stand_in.nvmlDeviceGetCurrentClocksThrottleReasons = lambda _: bits
    monkeypatch.setitem(sys.modules, "pynvml", stand_in)
    [check] = [one for one in checks.run(driver, 0.0, on_gpu=True) if one.check == "GPU"]
    assert (check.verdict, check.found) == (verdict, found)
    assert "GPU" not in [one.check for one in checks.run(driver, 0.0)]


def test_a_gpu_that_tells_nothing_is_unknown(tmp_path):
    [check] = [one for one in checks.run(tmp_path, 0.0, on_gpu=True) if one.check == "GPU"]
    assert (check.verdict, check.found) == ("unknown", "there is no NVIDIA driver")


def preferred(results, *meters):
    """Status, meter and scope that stand for a variant on the CPU, and for one on a GPU."""
    variants = []
    for name, where in (("m", "cpu"), ("m-cuda", "cuda")):
        build = Build(name, "m", (("processor", where),))
        variants.append(Variant(build, "ctc0.3", (("ctc_weight", "0.3"),)))
        said = {"start_s": 100.0, "end_s": 160.0, "inferences": 30, "audio_s": 120.0}
        said |= {"status": "measured", "meters": list(meters)}
        folder = raw_rows.window(results, name, "0.3", 1, **said)
        names = ("t_s", "phase", "meter", "channel", "power_w", "energy_j")
        rows = [
            dict(zip(names, row, strict=True)) | {"scope": meter["scope"]}
            for meter in meters
            for row in gauge(every(0.5), 6.0 if where == "cpu" else 60.0, meter["meter"])
        ]
        raw_rows.write_csv(folder / "samples.csv", rows)
    found = power_windows.read(results, variants, 1)
    powers = [found[variant].preferred for variant in variants]
    return [(power.status, power.meter, power.scope) for power in powers]


PACKAGE = raw_rows.channel("rapl", "package", reach=3)
BOARD_METER = raw_rows.channel("nvidia", "GPU board", reach=4)
WALL = raw_rows.channel("external", "wall", reach=0)


def test_watts_are_those_of_what_computes(tmp_path):
    assert preferred(tmp_path, PACKAGE, BOARD_METER) == [
        ("measured", "rapl", "package"),
        ("measured", "nvidia", "GPU board"),
    ]


def test_a_scope_that_takes_in_both_stands_for_both(tmp_path):
    assert preferred(tmp_path, PACKAGE, BOARD_METER, WALL) == [("measured", "external", "wall")] * 2


def test_the_part_that_does_not_compute_stands_for_nothing(tmp_path):
    assert preferred(tmp_path / "a", PACKAGE) == [
        ("measured", "rapl", "package"),
        ("unavailable", "", ""),
    ]
    assert preferred(tmp_path / "b", BOARD_METER) == [
        ("unavailable", "", ""),
        ("measured", "nvidia", "GPU board"),
    ]
