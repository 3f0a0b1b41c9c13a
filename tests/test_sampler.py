"""The sampler's threads: whatever a meter meets voids its own channels, with the reason."""

import threading
import time

import pytest
from asrbench.measure import sampler
from asrbench.measure.sampler import ReadingsFile, Sampling
from asrbench.meters import catalogue
from asrbench.meters.battery import Battery
from asrbench.meters.interface import MOST_GAPS, Gap
from test_meters import battery


def breaks(*_arguments):
    raise ZeroDivisionError("division by zero")


@pytest.fixture
def meter(tmp_path):
    battery(tmp_path, power_now=7254321)
    meter = Battery(tmp_path)
    meter.probe()
    return meter


@pytest.fixture
def sampling(meter, tmp_path):
    return Sampling(meter, 0.01, ReadingsFile(tmp_path / "readings.csv"), threading.Event())


def sampled(sampling: Sampling) -> str:
    """The reason why the channel is void after a moment of sampling; '' where it is good."""
    sampling.start()
    time.sleep(0.05)
    sampling._ended.set()
    sampling.end(time.monotonic())
    return sampling.failure["reason"] if sampling.failure else ""


@pytest.mark.parametrize("at", ["read", "last"])
def test_what_no_meter_foresees_voids_its_channel_with_the_reason(meter, sampling, at, monkeypatch):
    monkeypatch.setattr(meter, at, breaks)
    assert "ZeroDivisionError: division by zero" in sampled(sampling)


def test_a_reading_that_never_comes_voids_its_channel(meter, sampling, monkeypatch):
    comes = threading.Event()
    monkeypatch.setattr(meter, "read", lambda: comes.wait() and [])
    monkeypatch.setattr(sampler, "PATIENCE_S", 0.05)
    assert sampled(sampling) == "a reading did not come within 0.05 s"
    comes.set()


def test_a_meter_that_cannot_be_let_go_of_has_given_all_that_it_had(meter, sampling, monkeypatch):
    monkeypatch.setattr(meter, "close", breaks)
    assert sampled(sampling) == ""


def test_a_meter_that_breaks_when_it_is_asked_leaves_the_others(tmp_path, meter, monkeypatch):
    monkeypatch.setattr(meter, "probe", breaks)
    broken, sound = catalogue.probed([meter, Battery(tmp_path)])
    assert "ZeroDivisionError" in str(broken.error) and sound.channels


def test_readings_that_fail_once_in_a_while_are_gaps(meter, sampling, monkeypatch):
    read, calls = meter.read, []

    def sometimes():
        calls.append(None)
        if len(calls) % 2 == 0:
            raise Gap("no answer")
        return read()

    monkeypatch.setattr(meter, "read", sometimes)
    monkeypatch.setattr(sampling, "period_s", 0.0)
    sampling.start()
    while len(calls) < 4 * MOST_GAPS:
        time.sleep(0.001)
    sampling._ended.set()
    sampling.end(None)
    assert sampling.failure is None and sampling.gaps >= 2 * MOST_GAPS - 1


def test_a_meter_that_gives_nothing_any_more_is_given_up(meter, sampling, monkeypatch):
    def never():
        raise Gap("no answer")

    monkeypatch.setattr(meter, "read", never)
    sampling.start()
    sampling.join(10)
    assert sampling.failure["reason"] == "no answer" and sampling.gaps == MOST_GAPS
