"""A GPU: what a study may ask of it, what it tells of itself, whose watts stand for a build."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import raw_rows
import torch
import yaml
from asrbench.basics.errors import UserError
from asrbench.device import checks, description, gpus
from asrbench.engines import catalogue, processor
from asrbench.results import power_windows
from asrbench.study import config
from asrbench.study.variant import Build, Variant
from test_meters import fake_nvml
from test_power_windows import every, gauge
from workflow import ROOT, Study

BOARD = {"name": "NVIDIA L4", "memory_bytes": 24 << 30, "driver": "580.95", "power_limit_w": 72.0}
BOARD |= {"persistence": True, "compute_mode": "default", "highest_clock_mhz": 2040}


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
