"""Joules from readings: known signals, wraps, gaps. All readings are made; nothing waits."""

import math

import numpy as np
import pytest
from asrbench.statistics import integrate
from hypothesis import given
from hypothesis import strategies as st

WINDOW_S = 60.0

# Power and its exact integral from 0, with the moment in seconds.
SIGNALS = {
    "constant": (lambda t: np.full_like(t, 6.0), lambda t: 6.0 * t),
    "half duty": (
        lambda t: np.where(t % 20 < 10, 9.0, 3.0),
        lambda t: 120.0 * (t // 20) + 9.0 * min(t % 20, 10) + 3.0 * max(t % 20 - 10, 0),
    ),
    "ramp": (lambda t: 2.0 + 0.1 * t, lambda t: 2.0 * t + 0.05 * t**2),
}


def samples(signal, every_s: float, jitter_s: float, start_s: float, end_s: float):
    """Readings at uneven times from a little before the window to a little after it."""
    generator = np.random.default_rng(7)
    t_s = np.arange(start_s - 1, end_s + 1, every_s)
    t_s = np.sort(t_s + generator.uniform(-jitter_s, jitter_s, t_s.size))
    return t_s, signal(t_s)


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("start_s", [10.0, 11.23])
def test_the_trapezoid_of_a_gauge_at_10_hz_is_within_half_a_percent(
    name, start_s, record_property, capsys
):
    power, integral = SIGNALS[name]
    end_s = start_s + WINDOW_S
    truth_j = integral(end_s) - integral(start_s)
    t_s, power_w = samples(power, 0.1, 0.03, start_s, end_s)
    by_integral_j = integrate.trapezoid(t_s, power_w, start_s, end_s)
    assert by_integral_j == pytest.approx(truth_j, rel=0.005)

    # The published study's way: mean of 60 one-second samples × mean latency, here of 30
    # utterances that fill the window.
    _, each_second_w = samples(power, 1.0, 0.0, start_s + 1, end_s - 1)
    study_j = each_second_w[:60].mean() * WINDOW_S / 30
    errors = [100 * (float(found / truth_j) - 1) for found in (by_integral_j, study_j * 30)]
    record_property("error_percent_integral_and_study", errors)
    with capsys.disabled():
        print(
            f"\n  {name}: integral {errors[0]:+.3f} %, study's formula {errors[1]:+.2f} %", end=""
        )
    assert math.isfinite(errors[1])


def test_a_counter_that_wraps_before_and_in_the_window():
    wrap_j, power_w = 262.14, 6.0
    t_s = np.arange(0.0, 100.0, 0.1)
    read_j = (200.0 + power_w * t_s) % wrap_j
    assert (np.diff(read_j) < 0).sum() == 3
    whole_j = integrate.unwrapped(read_j, wrap_j)
    joules = integrate.difference(t_s, whole_j, 20.03, 80.07)
    assert joules == pytest.approx(power_w * 60.04, rel=1e-6)


def test_a_counter_that_goes_back_without_wrapping_was_reset():
    with pytest.raises(ValueError, match="went back by 5 J"):
        integrate.unwrapped(np.array([10.0, 5.0]), None)
    with pytest.raises(ValueError, match="more than its range"):
        integrate.unwrapped(np.array([10.0, 1.0]), 5.0)


@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=50),
    st.floats(50, 1000),
    st.floats(0, 1000),
)
def test_unwrapping_gives_back_what_was_counted(steps, wrap_j, first):
    counted_j = first + np.concatenate([[0.0], np.cumsum(steps)])
    whole_j = integrate.unwrapped(counted_j % wrap_j, wrap_j)
    rounding = 1e-6 * (1 + counted_j[-1])
    # a step as long as the range cannot be told from none
    if max(steps) < wrap_j - rounding:
        assert whole_j[-1] - whole_j[0] == pytest.approx(sum(steps), abs=rounding + 1e-9 * wrap_j)


@given(st.lists(st.floats(0, 1e3), min_size=2, max_size=30), st.floats(0, 5), st.floats(5.1, 10))
def test_a_trapezoid_lies_between_least_and_most_power(power_w, start_s, end_s):
    t_s = np.linspace(0, 10, len(power_w))
    joules = integrate.trapezoid(t_s, np.array(power_w), start_s, end_s)
    low, high = min(power_w) * (end_s - start_s), max(power_w) * (end_s - start_s)
    assert low - 1e-6 <= joules <= high + 1e-6


def test_gaps_count_the_ends_of_the_window():
    t_s = np.array([2.0, 3.0, 4.0, 9.0])
    assert integrate.gaps(t_s, 0.0, 10.0, 1.5) == [2.0, 5.0]
    assert integrate.gaps(np.array([]), 0.0, 10.0, 1.5) == [10.0]
    assert integrate.uncovered_s(t_s, 0.0, 10.0) == 3.0
    assert integrate.uncovered_s(np.array([]), 0.0, 10.0) == 10.0


def test_how_long_readings_stood_still():
    t_s, values = np.arange(6.0), np.array([1, 2, 2, 2, 3, 3])
    assert integrate.longest_stand_s(t_s, values) == 2.0
    assert integrate.changes(values) == 2
    assert integrate.longest_stand_s(t_s[:1], values[:1]) == 0.0
