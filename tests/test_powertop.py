"""Powertop: only its discharge line is a measurement, with the real binary where there is one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from asrbench import powertop
from hypothesis import given
from hypothesis import strategies as st

SCRIPTS = str(Path(__file__).resolve().parents[1] / "scripts")
LINE = "The battery reports a discharge rate of:"


@pytest.mark.parametrize(
    ("line", "watts"),
    [
        (f"{LINE}  7.25  W;", 7.25),
        (f"{LINE}   512 m W;", 0.512),
        (f"{LINE}   345 u W;", 345e-6),
        (f"{LINE}  1.50 k W;", 1500.0),
        (f"{LINE} ,7.25 W", 7.25),
        (f"{LINE} ,512 mW", 0.512),
    ],
)
def test_both_dialects_are_read(line, watts):
    report = f"\nThe system baseline power is estimated at: 11.3 W;\n{line}\nUsage;Device Name\n"
    assert powertop.discharge_w(report) == pytest.approx(watts)


@pytest.mark.parametrize(
    "report",
    [
        "",
        "The system baseline power is estimated at:  9.07  W;\n",
        "Usage;Wakeups/s;GPU ops/s;Category;Description;PW Estimate\n1;2;3;;x;1.5 W",
        f" 34.3%;0.00;Process;[PID 7] sh -c '{LINE} 3.00 W;'\n",
    ],
)
def test_anything_else_gives_no_watts(report):
    assert powertop.discharge_w(report) is None


@pytest.mark.parametrize(
    "tail",
    ["", " W;", " seven W;", " 7,25 W;", " -7.25 W;", " 7.25 J;", " 7.25 W; 3.00 W;", " nan W"],
)
def test_a_discharge_line_that_is_not_understood_is_refused(tail):
    with pytest.raises(powertop.PowertopError, match="not understood"):
        powertop.discharge_w(LINE + tail)


def test_two_discharge_lines_are_refused():
    with pytest.raises(powertop.PowertopError, match="not understood"):
        powertop.discharge_w(f"{LINE} 1.00 W;\n{LINE} 2.00 W;\n")


@given(st.text(max_size=200))
def test_no_text_gives_a_number_without_a_discharge_line(text):
    watts = powertop.discharge_w(text.replace(LINE, ""))
    assert watts is None


@given(st.text(max_size=40))
def test_no_tail_of_a_discharge_line_crashes(tail):
    try:
        watts = powertop.discharge_w(LINE + tail)
    except powertop.PowertopError:
        return
    assert watts is None or watts >= 0


def supply(root: Path, status: str) -> None:
    folder = root / "sys/class/power_supply/BAT0"
    folder.mkdir(parents=True)
    (folder / "status").write_text(f"{status}\n")


def test_the_probe_says_that_there_is_no_battery(tmp_path):
    with pytest.raises(powertop.PowertopError, match="there is no battery"):
        powertop.probe(tmp_path)


def test_the_probe_says_what_the_battery_does(tmp_path):
    supply(tmp_path, "Charging")
    with pytest.raises(powertop.PowertopError, match="BAT0: Charging"):
        powertop.probe(tmp_path)


def test_the_probe_says_that_powertop_is_absent(tmp_path, monkeypatch):
    supply(tmp_path, "Discharging")
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kwargs: None)
    with pytest.raises(powertop.PowertopError, match="not installed"):
        powertop.probe(tmp_path)


# A battery made of files, in a mount namespace of its own; python goes on inside it.
NAMESPACE = """
set -e
mount --make-rprivate /
mount -t tmpfs none /sys/class/power_supply
mkdir /sys/class/power_supply/BAT0
cd /sys/class/power_supply/BAT0
echo Battery > type; echo 1 > present; echo "$1" > status; echo 7254321 > power_now
cd "$2"; shift 2; exec "$@"
"""


def namespaces_work() -> bool:
    if os.geteuid() != 0 or not Path("/sys/class/power_supply").is_dir():
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


real = pytest.mark.skipif(
    not (shutil.which("powertop", path="/usr/sbin:/usr/bin") and namespaces_work()),
    reason="needs powertop, root and mount namespaces",
)


def with_battery(status: str, code: str) -> str:
    run = subprocess.run(
        ["unshare", "-m", "bash", "-c", NAMESPACE, "bash", status, SCRIPTS, sys.executable]
        + ["-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


@real
def test_the_real_powertop_reads_a_discharging_battery():
    code = """
import time
from asrbench import powertop
powertop.probe()
began = time.monotonic()
samples = powertop.Capture(samples=3)
taken = samples.result()
samples.stop()
assert all(began < s.t_s <= time.monotonic() + 0.1 for s in taken), taken
assert [s.t_s for s in taken] == sorted(s.t_s for s in taken)
print([s.power_w for s in taken])
"""
    assert with_battery("Discharging", code).strip() == "[7.25, 7.25, 7.25]"


@real
def test_the_real_powertop_gives_no_watts_on_a_charging_battery():
    code = """
from asrbench import powertop
capture = powertop.Capture(samples=1)
try:
    capture.result()
except powertop.PowertopError as error:
    print(error)
"""
    assert "no battery is discharging" in with_battery("Charging", code)
