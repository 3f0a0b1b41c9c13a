"""Whole captures with a stand-in for the recogniser: sampler, phases, and all that can go wrong."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import namespaces
import numpy as np
import pandas as pd
import power_writer
import pytest
import raw_rows
from asrbench.basics.attempts import Attempts
from asrbench.basics.errors import UserError
from asrbench.measure import energy, sampler_process
from asrbench.results import raw_window, scope_window
from asrbench.study.energy_settings import Command, Energy, External

TESTS = Path(__file__).resolve().parent
WAVEFORM = np.zeros(16000, dtype=np.float32)


class Recogniser:
    """Takes 20 ms for everything; ``does`` is called at each utterance with its number."""

    sample_rate_hz = 16000

    def __init__(self, does=lambda number: None):
        self.does, self.number = does, 0

    def transcribe(self, _waveform) -> None:
        self.does(self.number)
        self.number += 1
        time.sleep(0.02)


def settings(**more) -> Energy:
    quick = {"window_s": 1.0, "samples": 1, "idle_s": 0.4, "sample_period_s": 0.05}
    return Energy(**(quick | {"meters": ["rapl", "battery"]} | more))


def battery(root: Path, microwatts: int = 7254321) -> Path:
    folder = root / "sys/class/power_supply/BAT0"
    folder.mkdir(parents=True)
    for name, text in [("type", "Battery"), ("status", "Discharging"), ("power_now", microwatts)]:
        (folder / name).write_text(f"{text}\n")
    return folder


def rapl(root: Path, wrap_uj: int, uj: int = 0, zone: str = "intel-rapl:0") -> Path:
    folder = root / "sys/class/powercap" / zone
    folder.mkdir(parents=True)
    (folder / "name").write_text("package-0\n")
    (folder / "max_energy_range_uj").write_text(f"{wrap_uj}\n")
    (folder / "energy_uj").write_text(f"{uj:<15d}\n")
    return folder


def capture(root: Path, folder: Path, does=lambda number: None, **more) -> dict:
    """One capture, written as the measuring program writes it; window.json as it reads back."""
    load = energy.Load(Recogniser(does), [WAVEFORM], 1, Attempts(folder / "mark"))
    taken = energy.with_meters(load, settings(**more), root, folder, lambda passed_s: None)
    energy.write_window(taken, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["samples.csv", "window.json"]
    return json.loads((folder / "window.json").read_text())


def figures(folder: Path, meter: str, scope: str) -> scope_window.Window:
    """As the tables read it, from results/energy/m/ctc0.3/round1."""
    raw = raw_window.read(folder.parents[3], raw_rows.variant("m", "0.3"), 1)
    return scope_window.read(raw, meter, scope)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "results/energy/m/ctc0.3/round1"


def test_a_counter_that_wraps_again_and_again(tmp_path, folder):
    zone = rapl(tmp_path, wrap_uj=5_000_000)
    writer = subprocess.Popen(
        [sys.executable, TESTS / "power_writer.py", "counter", zone / "energy_uj"]
        + ["--seconds", "60", "--wrap-uj", "5000000", "--since-s", str(time.monotonic())]
    )
    try:
        said = capture(tmp_path, folder, window_s=5.0, idle_s=1.5, meters=["rapl"])
    finally:
        writer.kill()
        writer.wait()
    rows = pd.read_csv(folder / "samples.csv")
    wrapped_s = rows["t_s"][1:][np.diff(rows["energy_j"]) < 0]
    assert (wrapped_s < said["start_s"]).any() and (wrapped_s > said["start_s"]).any()
    found = figures(folder, "rapl", "CPU package")
    truth_j = power_writer.energy_j(said["start_s"], said["end_s"])
    assert found.status == "measured", found
    assert found.energy_j == pytest.approx(truth_j, rel=0.02)
    assert found.power_w == pytest.approx(truth_j / found.duration_s, rel=0.02)
    assert np.isfinite(found.idle_w)


def test_all_meters_phases_and_the_sampler_own_cost(tmp_path, folder):
    battery(tmp_path)
    rapl(tmp_path, wrap_uj=10**12, uj=5)
    said = capture(tmp_path, folder)
    rows = pd.read_csv(folder / "samples.csv")
    assert list(said["phases"]) == ["idle_before", "warm_up", "run", "idle_after"]
    assert set(said["phases"]) <= set(rows["phase"]) <= {*said["phases"], "settle"}
    assert set(rows["meter"]) == {"battery", "rapl"}
    assert [channel["meter"] for channel in said["meters"]] == ["battery", "rapl"]
    run = rows[(rows["phase"] == "run") & (rows["meter"] == "battery")]
    assert run["t_s"].between(said["start_s"], said["end_s"]).all()
    assert (said["status"], said["meter"]) == ("measured", "battery")
    assert 0 <= said["sampler_cores"] < 2
    assert said["audio_s"] == said["inferences"] and said["cpu_s"] >= 0
    found = figures(folder, "battery", "whole device (battery)")
    assert found.energy_j == pytest.approx(7.254321 * found.duration_s)
    assert "short window" in found.flags
    # a counter that never moves is no zero
    still = figures(folder, "rapl", "CPU package")
    assert (still.status, still.reasons) == ("void", ("the counter did not move",))


def test_the_window_has_room_for_the_samples_of_a_slow_meter(tmp_path, folder):
    guess = Command(argv=["echo", "5"], period_s=0.5, scope="wall", estimated=True)
    said = capture(tmp_path, folder, meters=["command"], command=guess, samples=4)
    assert said["end_s"] - said["start_s"] >= 2.0
    assert said["status"] == "estimated"
    found = figures(folder, "command", "wall")
    assert (found.status, found.power_w) == ("estimated", 5.0)


def test_an_external_meter_with_late_rows(tmp_path, folder):
    path = tmp_path / "meter.csv"
    path.write_text("t_utc,power_w\n")
    logged = []

    def log(_number) -> None:
        logged.append(f"{datetime.now(UTC).isoformat()},6.5")
        if len(logged) % 10 == 0:  # a logger that writes in blocks, out of order
            with path.open("a") as file:
                file.write("\n".join(reversed(logged[-10:])) + "\n")

    outside = External(path=str(path), scope="wall", period_s=0.1, wait_s=0.3)
    said = capture(tmp_path, folder, log, meters=["external"], external=outside, window_s=2.0)
    found = figures(folder, "external", "wall")
    assert said["status"] == "measured"
    assert found.energy_j == pytest.approx(6.5 * found.duration_s)


def test_a_domain_that_vanishes_in_the_middle(tmp_path, folder):
    zone = rapl(tmp_path, wrap_uj=10**9)
    battery(tmp_path)
    said = capture(tmp_path, folder, lambda n: shutil.rmtree(zone) if n == 10 else None)
    status = {channel["meter"]: channel["status"] for channel in said["meters"]}
    assert status == {"battery": "measured", "rapl": "void"}
    assert said["status"] == "measured" and said["reason"] == ""
    lost = figures(folder, "rapl", "CPU package")
    assert lost.status == "void" and lost.reasons[0].endswith("energy_uj is gone")
    assert figures(folder, "battery", "whole device (battery)").status == "measured"
    assert (pd.read_csv(folder / "samples.csv")["meter"] == "rapl").any()


def test_the_charger_is_plugged_in(tmp_path, folder):
    status = battery(tmp_path) / "status"
    said = capture(tmp_path, folder, lambda n: status.write_text("Charging\n") if n == 10 else None)
    assert said["status"] == "void"
    assert said["reason"] == "BAT0 is not discharging any more: Charging"
    assert said["cpu_s"] is not None  # needs no meter


def ends(pid: int, within_s: float = 60.0) -> bool:
    """Whether a process is gone, now or soon: a busy machine takes its time to end one."""
    patience_s = time.monotonic() + within_s
    while time.monotonic() < patience_s:
        try:
            state = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_the_sampler_killed_in_the_middle(tmp_path, folder, monkeypatch):
    battery(tmp_path)
    started, pids = [], tmp_path / "pids"
    popen = subprocess.Popen

    def remember(*arguments, **options):
        process = popen(*arguments, **options)
        started.append(process.pid)
        return process

    monkeypatch.setattr(sampler_process.subprocess, "Popen", remember)
    # a meter's own program that hangs from its second call on
    hanging = f"echo $$ >> {pids}; [ $(wc -l < {pids}) -gt 1 ] && sleep 60; echo 5"
    meters = {"meters": ["battery", "command"]}
    meters["command"] = Command(argv=["sh", "-c", hanging], timeout_s=100.0, period_s=0.05)

    def kill(number: int) -> None:
        if number == 20:
            os.kill(started[0], signal.SIGKILL)

    said = capture(tmp_path, folder, kill, **meters)
    assert said["status"] == "void"
    assert said["reason"] == "the power sampler ended in the middle (signal 9)"
    assert {channel["status"] for channel in said["meters"]} == {"void"}
    assert all(ends(int(pid)) for pid in pids.read_text().split())
    rows = pd.read_csv(folder / "samples.csv")  # what was taken is kept, whole rows alone
    assert len(rows) > 3 and rows["t_s"].notna().all()
    assert figures(folder, "battery", "whole device (battery)").status == "void"


def test_the_sampler_ends_with_the_program_that_started_it(tmp_path):
    battery(tmp_path)
    code = """
import os, sys
from pathlib import Path
from asrbench.study.energy_settings import Energy
from asrbench.measure.sampler_process import SamplerProcess
sampling = SamplerProcess(Energy(meters=["battery"]), Path(sys.argv[1]), Path(sys.argv[2]))
print(sampling.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    scripts = str(TESTS.parent / "scripts")
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(tmp_path / "out.csv")],
        env=os.environ | {"PYTHONPATH": scripts},
        capture_output=True,
        text=True,
    )
    assert ends(int(run.stdout))


def test_inference_that_fails_voids_the_window(tmp_path, folder):
    battery(tmp_path)

    def fail(number: int) -> None:
        if number == 10:
            raise RuntimeError("out of memory")

    said = capture(tmp_path, folder, fail)
    assert said["status"] == "void"
    assert said["reason"] == "inference failed: RuntimeError: out of memory"
    assert said["inferences"] is None


def test_a_meter_that_is_gone_when_sampling_begins(tmp_path, folder):
    said = capture(tmp_path, folder)
    assert said["status"] == "void" and "when sampling began" in said["reason"]
    assert [absent["meter"] for absent in said["absent"]] == ["battery", "rapl"]


def test_without_a_meter_nothing_is_run_and_the_reason_is_told(tmp_path, folder):
    energy.write_window(energy.without_meter([]), folder)
    said = json.loads((folder / "window.json").read_text())
    assert said["status"] == "unavailable" and "energy.meters" in said["reason"]
    assert said["inferences"] is None and said["start_s"] is None and said["meters"] == []
    assert len(pd.read_csv(folder / "samples.csv")) == 0


# On a disk of a few pages, in a mount namespace of its own.
FULL = """
set -e
mount --make-rprivate /
mount -t tmpfs -o size="$1" none "$2"
shift 2; exec "$@"
"""


def on_a_small_disk(size: str, folder: Path, code: str, *arguments: object) -> str:
    folder.mkdir(parents=True)
    run = subprocess.run(
        ["unshare", "-m", "bash", "-c", FULL, "bash", size, str(folder)]
        + [sys.executable, "-c", code, str(folder), *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": f"{TESTS.parent / 'scripts'}:{TESTS}"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@namespaces.needs_namespaces
def test_the_disk_full_in_the_middle(tmp_path):
    battery(tmp_path)
    code = """
import sys
from pathlib import Path
import test_capture
folder = Path(sys.argv[1]) / "round1"
said = test_capture.capture(Path(sys.argv[2]), folder, sample_period_s=0.01, window_s=3.0)
print(said["status"], said["reason"])
print((folder / "samples.csv").read_text())
"""
    said = on_a_small_disk("16k", tmp_path / "disk", code, tmp_path)
    lines = said.strip().splitlines()
    first, *rest = [line for line in lines if not line.startswith("clocks_s=")]
    assert first == "void the power samples could not be written: No space left on device"
    assert rest == ["t_s,phase,meter,channel,scope,power_w,energy_j"]


@namespaces.needs_namespaces
def test_a_disk_without_any_room_leaves_no_window(tmp_path):
    code = """
import os, sys
from pathlib import Path
from asrbench.measure import energy
from asrbench.basics.errors import UserError
folder = Path(sys.argv[1])
descriptor = os.open(folder / "other", os.O_WRONLY | os.O_CREAT)
try:
    while os.write(descriptor, b"x" * 4096):
        pass
except OSError:
    pass
try:
    energy.write_window(energy.Capture(reason="none"), folder)
except UserError as error:
    print(error)
print(sorted(p.name for p in folder.iterdir() if p.stat().st_size))
"""
    said = on_a_small_disk("16k", tmp_path / "disk", code)
    assert "cannot be written (No space left on device)" in said
    assert said.endswith("['other']\n")


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises((UserError, OSError)):
        energy.write_window(energy.Capture(), tmp_path / "file/round1")


def test_a_channel_that_is_lost_alone_voids_itself_and_gaps_stand_beside_theirs():
    names = ("package", "psys")
    meters = [{"meter": "rapl", "channel": n, "scope": n, "estimated": False} for n in names]
    capture = energy.Capture(meters=meters)
    ended = sampler_process.Ended(
        lost={("rapl", "psys"): "it is gone"}, gaps={"rapl": {"": 1, "package": 2}}
    )
    energy._judge(capture, ended)
    assert [(c["status"], c["reason"], c["gaps"]) for c in capture.meters] == [
        ("measured", "", 3),
        ("void", "it is gone", 1),
    ]
    assert (capture.status, capture.scope) == ("measured", "package")
