"""Powertop: only its discharge line is a measurement, with the real binary where there is one."""

import shutil
import sys
from pathlib import Path

import namespaces
import pytest
from asrbench.meters import powertop
from asrbench.meters.interface import MeterError
from hypothesis import given
from hypothesis import strategies as st

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
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
        (f"{LINE} ,7.25 W\r", 7.25),
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
        f"7.1 ms/s;0.1;;Process;a; b;;{LINE} 3.00 W;\n",
    ],
)
def test_anything_else_gives_no_watts(report):
    assert powertop.discharge_w(report) is None


@pytest.mark.parametrize(
    "tail",
    ["", " W;", " seven W;", " 7,25 W;", " -7.25 W;", " 7.25 J;", " 7.25 W; 3.00 W;", " nan W"]
    + [" 7.25 M W;", " 7.25 W;x", " 1e3 W;", " \u0667 W;"],
)
def test_a_discharge_line_that_is_not_understood_is_refused(tail):
    with pytest.raises(MeterError, match="not understood"):
        powertop.discharge_w(LINE + tail)


def test_two_discharge_lines_are_refused():
    with pytest.raises(MeterError, match="not understood"):
        powertop.discharge_w(f"{LINE} 1.00 W;\n{LINE} 2.00 W;\n")


def test_what_powertop_shows_for_everything_above_2147_watts_is_refused():
    with pytest.raises(MeterError, match="counts to 2147 W"):
        powertop.discharge_w(f"{LINE}  2.15 k W;\n")


# Pieces of which reports are made, in both dialects, in any order and cut anywhere.
_PIECES = st.one_of(
    st.sampled_from(
        [
            LINE,
            "The system baseline power is estimated at:",
            "PW Estimate",
            "# Title",
            ";",
            ",",
            "\n",
        ]
        + [" ", "\r", "\t", "W", "W;", " W\n", "k", "m", "u", "-", "+", ".", "7.25", "1e9", "nan"]
    ),
    st.floats(allow_nan=True).map(str),
    st.integers().map(str),
    st.text(max_size=8),
)
_REPORTS = st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=30).map("".join))


@given(_REPORTS)
def test_no_report_crashes_and_no_number_comes_from_another_line(report):
    try:
        watts = powertop.discharge_w(report)
    except MeterError:
        return
    lines = [line for line in report.split("\n") if line.startswith(LINE)]
    assert (watts is None) == (not lines)
    if watts is not None:
        assert len(lines) == 1
        assert 0 <= watts <= 2147
        factor = next(
            (f for p, f in (("k", 1e3), ("m", 1e-3), ("u", 1e-6)) if p in lines[0][40:]), 1
        )
        digits = "".join(c for c in lines[0][len(LINE) :] if c in "0123456789.")
        assert watts == pytest.approx(float(digits) * factor)


@given(st.sampled_from(["  {}  W;", " ,{} W", " {} W;", " ,{} W,"]), st.integers(0, 999), st.data())
def test_every_number_that_either_dialect_can_show_is_read(form, number, data):
    shown, watts = data.draw(
        st.sampled_from(
            [(f"{number / 100:.2f}", number / 100), (f"{number} m", number / 1e3)]
            + [(f"{number} u", number / 1e6), (f"{number}", float(number))]
        )
    )
    assert powertop.discharge_w(LINE + form.format(shown)) == pytest.approx(watts)


def supply(root: Path, status: str) -> Path:
    folder = root / "sys/class/power_supply/BAT0"
    folder.mkdir(parents=True)
    (folder / "type").write_text("Battery\n")
    (folder / "status").write_text(f"{status}\n")
    (folder / "power_now").write_text("7254321\n")
    return root


def test_the_probe_says_that_there_is_no_battery(tmp_path):
    with pytest.raises(MeterError, match="there is no battery"):
        powertop.Powertop(tmp_path).probe()


def test_the_probe_says_what_the_battery_does(tmp_path):
    with pytest.raises(MeterError, match="BAT0: Charging"):
        powertop.Powertop(supply(tmp_path, "Charging")).probe()


def test_the_probe_says_that_powertop_is_absent(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kwargs: None)
    with pytest.raises(MeterError, match="not installed") as raised:
        powertop.Powertop(supply(tmp_path, "Discharging")).probe()
    assert "apt-get install powertop" in raised.value.advice


def test_without_root_the_line_for_sudo_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(powertop.os, "geteuid", lambda: 1000)
    known = {"powertop": "/usr/sbin/powertop"}
    monkeypatch.setattr(shutil, "which", lambda name, **_kwargs: known.get(name))
    with pytest.raises(MeterError, match="needs root") as raised:
        powertop.Powertop(supply(tmp_path, "Discharging")).probe()
    assert "NOPASSWD: /usr/sbin/powertop" in raised.value.advice


def stand_in(tmp_path, monkeypatch, script: str) -> powertop.Powertop:
    """A meter whose powertop is a shell script."""
    program = tmp_path / "powertop"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    meter = powertop.Powertop(supply(tmp_path, "Discharging"))
    monkeypatch.setattr(powertop, "_command", lambda: [str(program)])
    meter.probe()
    return meter


def read_on(meter: powertop.Powertop) -> list:
    """All that it reads, until it fails or gives something."""
    try:
        while not (readings := meter.read()):
            pass
        return readings
    finally:
        meter.close()


def test_an_unwritable_output_ends_well_and_is_told(tmp_path, monkeypatch):
    meter = stand_in(tmp_path, monkeypatch, "exit 0")
    with pytest.raises(MeterError, match="wrote 0 of 100000 reports"):
        read_on(meter)


def test_an_exit_status_is_told_with_the_last_line(tmp_path, monkeypatch):
    meter = stand_in(tmp_path, monkeypatch, "echo 'no debugfs' >&2; exit 1")
    with pytest.raises(MeterError, match=r"status 1 \(no debugfs\)"):
        read_on(meter)


def test_a_report_without_the_line_ends_the_reading(tmp_path, monkeypatch):
    meter = stand_in(tmp_path, monkeypatch, "echo PW > report-1.csv; exec sleep 30")
    with pytest.raises(MeterError, match="no battery is discharging"):
        read_on(meter)


def test_a_report_that_is_being_written_is_left_alone(tmp_path, monkeypatch):
    script = f"echo '{LINE} 7.25 W;' > report-1.csv; : > report-2.csv; exec sleep 30"
    assert [r.value for r in read_on(stand_in(tmp_path, monkeypatch, script))] == [7.25]


READ = """
import sys, time
from pathlib import Path
from asrbench.meters.interface import MeterError
from asrbench.meters.powertop import Powertop
meter = Powertop(Path("/"))
began_s = time.monotonic()
readings = []
try:
    meter.probe()
    while len(readings) < int(sys.argv[1]):
        readings += meter.read()
        time.sleep(0.1)
except MeterError as error:
    print(error)
finally:
    meter.close()
times = [r.t_s for r in readings]
assert times == sorted(times) and all(began_s < t <= time.monotonic() for t in times), times
print([r.value for r in readings])
"""


def read_real(status: str, power: str, count: int = 1, before: tuple[str, ...] = ()) -> str:
    command = [*before, sys.executable, "-c", READ, str(count)]
    run = namespaces.with_battery(status, power, command, SCRIPTS, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout


@namespaces.needs_powertop
@pytest.mark.parametrize(
    ("microwatts", "count", "watts"),
    [("7254321", 2, "[7.25, 7.25]"), ("512345", 1, "[0.512]"), ("345", 1, "[0.000345]")],
)
def test_the_real_powertop_reads_a_discharging_battery(microwatts, count, watts):
    assert read_real("Discharging", microwatts, count).strip() == watts


@namespaces.needs_powertop
def test_the_real_powertop_above_two_kilowatts_is_refused():
    assert "counts to 2147 W" in read_real("Discharging", "2500000000")


@namespaces.needs_powertop
@pytest.mark.parametrize(
    ("status", "reason"),
    [("Charging", "BAT0: Charging"), ("absent", "there is no battery")],
)
def test_no_watts_without_a_discharging_battery(status, reason):
    assert reason in read_real(status, "7254321")


@namespaces.needs_powertop
def test_a_battery_that_cannot_be_read_gives_no_watts():
    # powertop itself then shows some milliwatts that nobody measured
    said = read_real("Discharging", "unreadable")
    assert "BAT0/power_now: cannot be read" in said and said.endswith("[]\n")


@namespaces.needs_powertop
def test_the_real_powertop_without_root():
    dropped = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    said = read_real("Discharging", "7254321", before=dropped)
    assert "powertop ended with status 1" in said and said.endswith("[]\n")
