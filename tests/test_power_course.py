"""Power over time: spans that add up to the window's energy, whatever the meter is."""

import numpy as np
import pytest
from asrbench.results import power_course
from asrbench.results.raw_files import read_rows
from asrbench.results.raw_window import NUMBERS, TEXT, RawWindow
from raw_rows import channel, write_csv

PHASES = {"idle_before": [80.0, 90.0], "run": [100.0, 160.0], "idle_after": [170.0, 180.0]}
DEVICE = "whole device"


def course(tmp_path, rows, meters, phases=PHASES):
    names = ("t_s", "phase", "meter", "channel", "power_w", "energy_j")
    lines = [dict(zip(names, row, strict=True)) | {"scope": DEVICE} for row in rows]
    write_csv(tmp_path / "samples.csv", lines)
    said = {"phases": phases, "start_s": 100.0, "end_s": 160.0}
    read = read_rows(tmp_path / "samples.csv", text=TEXT, numbers=NUMBERS)
    raw = RawWindow("measured", "", said, meters, read)
    return power_course.of(raw, meters[0]["meter"], DEVICE)


def power(t_s):
    return np.where((t_s > 95) & (t_s < 165), 6.0, 2.0)


def joules(found):
    inside = found[(found["time_low_s"] >= 0) & (found["time_high_s"] <= 60)]
    span_s = inside["time_high_s"] - inside["time_low_s"]
    return (inside["power_w"] * span_s).sum() / span_s.sum()


def test_a_gauge(tmp_path):
    t_s = np.arange(79, 181, 0.1)
    rows = [(t, "run", "battery", "battery", w, "") for t, w in zip(t_s, power(t_s), strict=True)]
    found = course(tmp_path, rows, [channel("battery", DEVICE)])
    assert len(found) <= power_course.SPANS and joules(found) == pytest.approx(6.0)
    idle = found[found["phase"] == "idle_before"]["power_w"]
    assert len(idle) > 5 and idle.to_numpy() == pytest.approx(2.0)
    assert found["time_low_s"].iloc[0] == pytest.approx(-20)
    assert found["time_high_s"].iloc[-1] == pytest.approx(80)
    assert set(found["phase"]) == {"idle_before", "settle", "run", "idle_after"}


def test_a_counter_that_wraps_and_a_second_channel(tmp_path):
    t_s = np.arange(79, 181, 0.1)
    counted = np.concatenate([[0], np.cumsum(power(t_s)[1:] * 0.1)]) % 50.0
    rows = [(t, "run", "rapl", "a", "", j) for t, j in zip(t_s, counted, strict=True)]
    rows += [(t, "run", "rapl", "b", "", 3.0 * (t - 79)) for t in t_s]
    meters = [channel("rapl", DEVICE, channel=name, kind="counter", wrap_j=50.0) for name in "ab"]
    meters[1]["wrap_j"] = None
    found = course(tmp_path, rows, meters)
    assert joules(found) == pytest.approx(9.0, rel=1e-3)


def test_spans_are_no_shorter_than_the_meter_updates(tmp_path):
    t_s = np.arange(79, 182, 20.0)
    rows = [(t, "run", "battery", "battery", 5.0, "") for t in t_s]
    found = course(tmp_path, rows, [channel("battery", DEVICE, update_s=20.0)])
    assert len(found) == 5 and found["power_w"].to_numpy() == pytest.approx(5.0)


def test_what_no_reading_covers_is_left_out(tmp_path):
    t_s = np.arange(100, 131, 0.1)
    rows = [(t, "run", "battery", "battery", 5.0, "") for t in t_s]
    found = course(tmp_path, rows, [channel("battery", DEVICE)])
    assert found["time_low_s"].min() > -1 and found["time_high_s"].max() < 32
    assert course(tmp_path, rows[:1], [channel("battery", DEVICE)]).empty
    assert course(tmp_path, rows, [channel("battery", DEVICE)], phases={}).empty
