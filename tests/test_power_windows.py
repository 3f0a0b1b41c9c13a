"""From samples on disk to figures by meter and scope: coverage, flags, scopes, estimates."""

import json

import numpy as np
import pytest
import raw_rows
from asrbench.basics.errors import UserError
from asrbench.results import power_windows
from asrbench.tables import energy
from asrbench.tables import latency as table_latency
from raw_rows import channel

START_S, END_S = 100.0, 160.0
DEVICE = "whole device"


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def write_round(results, meters, rows, number=1, weight="0.0", **said):
    """One round of model m.

    Args:
        meters: entries as window.json has them.
        rows: (t_s, phase, meter, channel, power_w, energy_j).
    """
    facts = {"start_s": START_S, "end_s": END_S, "inferences": 30, "audio_s": 120.0, "cpu_s": 60.0}
    phases = {"idle_before": [80.0, 90.0], "idle_after": [170.0, 180.0]}
    facts |= {"status": "measured", "phases": phases, "meters": meters, **said}
    folder = raw_rows.window(results, "m", weight, number, **facts)
    columns = ("t_s", "phase", "meter", "channel", "power_w", "energy_j")
    lines = [dict(zip(columns, row, strict=True)) | {"scope": DEVICE} for row in rows]
    raw_rows.write_csv(folder / "samples.csv", lines)


def gauge(t_s, power_w, meter="battery", name=None):
    """Rows of a gauge, with the phase of each moment."""
    return [
        (t, phase(t), meter, name or meter, w, "")
        for t, w in zip(t_s, np.broadcast_to(power_w, np.shape(t_s)), strict=True)
    ]


def phase(t_s: float) -> str:
    spans = {"idle_before": (80, 90), "warm_up": (95, START_S), "run": (START_S, END_S)}
    spans |= {"idle_after": (170, 180)}
    return next((name for name, (low, high) in spans.items() if low <= t_s <= high), "settle")


def every(step_s, low=78.0, high=182.0):
    return np.arange(low, high, step_s)


def read(results, rounds=1):
    variant = raw_rows.variant("m", "0.0")
    return power_windows.read(results, [variant], rounds)[variant]


def window(results):
    [power] = read(results).powers
    return power


def test_gauge_with_idle_before_and_after(results):
    t_s = every(0.1)
    power_w = np.where((t_s > 93) & (t_s < 162), 6.0 + 0.001 * np.sin(t_s * 50), 2.0)
    write_round(results, [channel("battery", DEVICE)], gauge(t_s, power_w))
    power = window(results)
    found = power.windows[0]
    assert found.energy_j == pytest.approx(360, rel=1e-3)
    assert (found.power_w, found.idle_w) == pytest.approx((6.0, 2.0), rel=1e-3)
    assert power.status == "measured" and power.flags == () and power.reasons == ()


def test_channels_of_one_scope_add_up(results):
    meters = [channel("pmic", DEVICE, channel=name) for name in ("VDD_A", "VDD_B")]
    rows = gauge(every(0.5), 4.0, "pmic", "VDD_A") + gauge(every(0.5) + 0.2, 2.0, "pmic", "VDD_B")
    write_round(results, meters, rows)
    found = window(results).windows[0]
    assert (found.energy_j, found.power_w, found.idle_w) == pytest.approx((360, 6, 6))


def test_counter_with_wraps(results):
    t_s = every(0.1)
    joules = (6.0 * t_s) % 100.0
    rows = [(t, phase(t), "rapl", "rapl", "", j) for t, j in zip(t_s, joules, strict=True)]
    write_round(results, [channel("rapl", DEVICE, kind="counter", wrap_j=100.0)], rows)
    found = window(results).windows[0]
    assert (found.energy_j, found.power_w, found.idle_w) == pytest.approx((360, 6, 6))


def test_idle_power_of_a_counter_is_over_the_seconds_that_were_read(results):
    t_s = every(0.5, high=179.8)
    rows = [(t, phase(t), "rapl", "rapl", "", 6.0 * t) for t in t_s]
    phases = {"idle_before": [80.0, 82.0], "idle_after": [178.0, 180.0]}
    write_round(results, [channel("rapl", DEVICE, kind="counter")], rows, phases=phases)
    power = window(results)
    assert power.windows[0].idle_w == pytest.approx(6) and power.flags == ()


def test_counter_that_is_read_too_late(results):
    t_s = every(0.1, low=110.0)
    rows = [(t, phase(t), "rapl", "rapl", "", 6.0 * t) for t in t_s]
    write_round(results, [channel("rapl", DEVICE, kind="counter")], rows)
    assert window(results).reasons == ("power samples cover 83 % of the window",)


def test_a_small_gap_is_flagged_and_a_large_one_voids(results):
    t_s = every(0.1)
    small = t_s[(t_s < 120) | (t_s > 122.9)]
    meters = [channel("external", DEVICE, period_s=0.1)]
    write_round(results, meters, gauge(small, 6.0, "external"))
    assert not any("gap" in flag for flag in window(results).flags)
    large = t_s[(t_s < 120) | (t_s > 130)]
    write_round(results, meters, gauge(large, 6.0, "external"))
    power = window(results)
    assert (power.status, power.reasons) == ("void", ("power samples cover 83 % of the window",))
    longer = t_s[(t_s < 110) | (t_s > 160)]
    write_round(results, meters, gauge(longer, 6.0, "external"), end_s=START_S + 11)
    assert window(results).status == "measured"
    gap = every(0.1, high=400)
    gap = gap[(gap < 120) | (gap > 124)]
    rows = [(t, "run", "external", "external", 6.0, "") for t in gap]
    write_round(results, meters, rows, end_s=300.0)
    assert any(flag.startswith("gap (4 s)") for flag in window(results).flags)


def test_samples_out_of_order_are_sorted(results):
    t_s = every(0.1)
    rows = gauge(t_s, 5.0 + 0.01 * t_s)
    write_round(results, [channel("battery", DEVICE)], rows)
    in_order = window(results).windows[0].energy_j
    write_round(results, [channel("battery", DEVICE)], rows[::-1])
    assert window(results).windows[0].energy_j == pytest.approx(in_order)


def test_samples_of_another_time_zone(results):
    meters = [channel("external", DEVICE)]
    write_round(results, meters, gauge(every(0.1) + 7200, 6.0, "external"))
    power = window(results)
    assert power.status == "void"
    assert "no power sample lies in the window" in power.reasons[0]
    assert "about 2 h: do its clock and time zone agree?" in power.reasons[0]


def test_samples_that_end_before_the_window(results):
    write_round(results, [channel("external", DEVICE)], gauge(every(0.1, high=95), 6.0, "external"))
    assert window(results).reasons[0].endswith("the nearest is 5 s away")


def test_zero_watts_are_no_figure(results):
    write_round(results, [channel("battery", DEVICE)], gauge(every(0.1), 0.0))
    power = window(results)
    assert power.status == "void" and "0 W throughout" in power.reasons[0]


@pytest.mark.parametrize(
    ("flag", "meter", "said"),
    [
        ("throttled (yes)", {}, {"throttled": True}),
        ("busy (0.90 cores)", {}, {"load": 1.0, "sampler_cores": 0.1}),
        ("short window (8 updates of the meter)", {"update_s": 8.0}, {}),
        ("stood still (60 s)", {}, {}),
    ],
)
def test_flags(results, flag, meter, said):
    write_round(results, [channel("battery", DEVICE, **meter)], gauge(every(0.1), 6.0), **said)
    power = window(results)
    assert power.status == "measured" and flag in power.flags


def test_a_slow_meter_that_moves_at_every_reading_is_not_slow(results):
    t_s = every(0.1)
    meters = [channel("battery", DEVICE, update_s=8.0)]
    write_round(results, meters, gauge(t_s, 6 + 1e-4 * t_s))
    assert window(results).flags == ()


def test_flags_of_several_rounds_name_the_round(results):
    for number, load in [(1, 0.0), (2, 1.0)]:
        meters = [channel("battery", DEVICE)]
        rows = gauge(every(0.1), 6 + 0.01 * np.sin(number * every(0.1)))
        write_round(results, meters, rows, number, load=load)
    assert read(results, rounds=2).powers[0].flags == ("busy (round 2: 1.00 cores)",)


def both(results, weight, external, battery="measured", number=1):
    """A round by two meters; a status other than measured voids."""
    meters = [
        channel(
            "external",
            "wall",
            reach=0,
            status=external,
            reason="" if external == "measured" else "unplugged",
        ),
        channel("battery", DEVICE, reach=1, status=battery, reason=""),
    ]
    rows = gauge(every(0.1), 9.0, "external") + gauge(every(0.1), 6.0)
    write_round(results, meters, rows, number, weight)


def test_one_meter_stands_for_the_whole_study(results):
    both(results, "0.0", "void")
    both(results, "1.0", "measured")
    write_round(
        results, [channel("battery", DEVICE, reach=1)], gauge(every(0.1), 6.0), weight="0.3"
    )
    variants = [raw_rows.variant("m", weight) for weight in ("0.0", "0.3", "1.0")]
    found = power_windows.read(results, variants, 1)
    first = [found[variant].preferred for variant in variants]
    assert [(p.meter, p.scope, p.status) for p in first] == [
        ("external", "wall", "void"),
        ("external", "wall", "unavailable"),
        ("external", "wall", "measured"),
    ]
    assert first[0].reasons == ("unplugged",) and first[1].reasons == ("not measured by external",)
    assert [p.meter for p in found[variants[0]].powers] == ["external", "battery"]
    assert [p.meter for p in found[variants[1]].powers] == ["external", "battery"]


def test_a_meter_that_never_measured_is_not_preferred(results):
    both(results, "0.0", "void")
    powers = read(results).powers
    assert [(p.meter, p.status, p.preferred) for p in powers] == [
        ("battery", "measured", True),
        ("external", "void", False),
    ]


def tables(results, **rounds):
    study = raw_rows.study(("m",), ["0.0"], rounds=rounds.get("rounds", 1))
    for number in range(1, study.latency.rounds + 1):
        raw_rows.latency(results, "m", "0.0", number, 1.0)
    for name, table in (("latency", table_latency.TABLE), ("energy", energy.TABLE)):
        rows = table.make(study, results)
        path = results / "tables" / name
        table.write(rows, study, *(path.with_suffix(end) for end in (".csv", ".md", ".tex")))
    return rows


def test_estimates_have_columns_of_their_own(results):
    meters = [
        channel("command", "a fit", status="estimated", estimated=True),
        channel("battery", DEVICE),
    ]
    rows = gauge(every(0.1), 9.0, "command") + gauge(every(0.1), 6.0)
    write_round(results, meters, rows)
    measured, estimated = tables(results).to_dict("records")
    assert (measured["meter"], measured["power_status"]) == ("battery", "measured")
    assert (estimated["meter"], estimated["power_status"]) == ("command", "estimated")
    for column in measured:
        if column.endswith(("_w", "_j", "_mwh")):
            absent = estimated if not column.startswith("estimated_") else measured
            assert np.isnan(absent[column]), column
    assert estimated["estimated_power_mean_w"] == pytest.approx(9.0)
    assert measured["power_mean_w"] == pytest.approx(6.0)


def test_net_figures_and_intervals_over_rounds(results):
    for number in (1, 2, 3):
        t_s = every(0.1)
        power_w = np.where((t_s > 93) & (t_s < 162), 6.0 + 0.1 * number, 2.0)
        write_round(results, [channel("battery", DEVICE)], gauge(t_s, power_w), number)
    [row] = tables(results, rounds=3).to_dict("records")
    assert row["power_net_w"] == pytest.approx(4.2, rel=1e-3)
    assert row["energy_per_utterance_integral_j"] == pytest.approx(6.2 * 60 / 30, rel=1e-3)
    assert row["energy_per_utterance_net_j"] == pytest.approx(4.2 * 60 / 30, rel=1e-3)
    assert row["energy_per_audio_second_j"] == pytest.approx(6.2 * 60 / 120, rel=1e-3)
    assert row["energy_per_audio_second_net_j"] == pytest.approx(4.2 * 60 / 120, rel=1e-3)
    assert row["energy_per_utterance_net_mwh"] == pytest.approx(4.2 * 2 / 3.6, rel=1e-3)
    for stem in ("power_net_{}w", "energy_per_utterance_net_{}j", "energy_per_audio_second_{}j"):
        low, value, high = (row[stem.format(part)] for part in ("low_", "", "high_"))
        assert low < value < high
    assert row["interval_over"] == "rounds" and abs(row["idle_drift_percent"]) < 0.1


def test_a_variant_without_meter_still_has_the_cpu_time_of_its_latency(results):
    said = {"status": "unavailable", "reason": "no meter"}
    raw_rows.window(results, "m", "0.0", 1, **said)
    [row] = tables(results).to_dict("records")
    low, value, high = (row[f"cpu_{part}s_per_audio_s"] for part in ("low_", "", "high_"))
    assert value == pytest.approx(1.5 * 0.101)
    assert np.isnan(low) and np.isnan(high)  # of one round
    assert (row["power_status"], row["reason"], row["preferred"]) == (
        "unavailable",
        "no meter",
        True,
    )
    assert np.isnan(row["power_mean_w"])


def test_a_window_file_without_end_is_void(results):
    write_round(results, [channel("battery", DEVICE)], gauge(every(0.1), 6.0), end_s=None)
    assert window(results).reasons == ("the window has no start and end",)


def test_a_window_that_is_not_json_is_told(results):
    from asrbench.basics.errors import UserError

    folder = raw_rows.window(results, "m", "0.0", 1)
    (folder / "window.json").write_text(json.dumps({"status": "measured"})[:-3])
    with pytest.raises(UserError, match="is not JSON"):
        read(results)


@pytest.mark.parametrize(
    "said, reason",
    [
        ({"inferences": 0}, "inferences is 0, which is not above 0"),
        ({"audio_s": -1.0}, "audio_s is -1.0, which is not above 0"),
        ({"phases": {"idle_before": [9.0, 1.0]}}, "phase idle_before has no start and end"),
    ],
)
def test_a_window_that_cannot_be_right_is_void(results, said, reason):
    write_round(results, [channel("battery", DEVICE)], gauge(every(1.0), 6.0), **said)
    assert window(results).status == "void" and window(results).reasons == (reason,)


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda rows: [*rows, *rows[-3:]], "a power sample is there twice"),
        (lambda rows: [(*rows[0][:4], -6.0, ""), *rows[1:]], "a power sample is below 0"),
    ],
)
def test_samples_that_cannot_be_right_void_their_window(results, change, reason):
    write_round(results, [channel("battery", DEVICE)], change(gauge(every(1.0), 6.0)))
    assert window(results).reasons == (reason,)


def test_the_window_of_another_round_is_not_counted_twice(results):
    for number in (1, 2):
        write_round(results, [channel("battery", DEVICE)], gauge(every(1.0), 6.0), number)
    power = read(results, rounds=2).powers[0]
    assert len(power.windows) == 1 and power.reasons == ("round 2: a copy of round 1",)


def test_a_meter_without_its_kind_is_named(results):
    write_round(results, [channel("battery", DEVICE) | {"kind": None}], gauge(every(1.0), 6.0))
    with pytest.raises(UserError, match=r"meters\[0\] has no kind"):
        read(results)


def test_single_readings_that_gave_nothing_are_counted_and_flagged(results):
    write_round(results, [channel("command", DEVICE, gaps=3)], gauge(every(1.0), 4.0, "command"))
    power = window(results)
    assert power.status == "measured" and "missed readings (3)" in power.flags


@pytest.mark.parametrize(("other_w", "flags"), [(4.3, []), (5.0, ["meters disagree"])])
def test_meters_of_one_scope_that_disagree_are_flagged(results, other_w, flags):
    wave = 0.001 * np.sin(every(0.1) * 50)  # no meter stands still
    meters = [channel(name, DEVICE) for name in ("battery", "hwmon")]
    rows = gauge(every(0.1), 4.0 + wave) + gauge(every(0.1), other_w + wave, "hwmon")
    write_round(results, meters, rows)
    first, second = read(results).powers
    assert [flag.partition(" (")[0] for flag in first.flags] == flags
    if flags:
        assert "hwmon +25 %" in first.flags[0] and "battery -20 %" in second.flags[0]


def test_a_window_in_which_memory_was_swapped_is_flagged(results):
    wave = 0.001 * np.sin(every(0.1) * 50)
    meters, rows = [channel("battery", DEVICE)], gauge(every(0.1), 4.0 + wave)
    write_round(results, meters, rows, swapped_bytes=4096)
    assert window(results).flags == ()
    write_round(results, meters, rows, swapped_bytes=5_000_000)
    assert window(results).flags == ("swapped (5.0 MB)",)
