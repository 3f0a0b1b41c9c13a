"""What is read of the device, from files like the kernel's; what it does not tell stays empty."""

import json
import os
import time
from pathlib import Path

import pytest
from asrbench.basics.errors import UserError
from asrbench.device import checks, description, guarded_measurement, lock, processor
from asrbench.device import watch as device_state


def put(root: Path, files: dict[str, object]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")


CPU = "sys/devices/system/cpu"


def test_the_state_of_a_device_that_tells_nothing_is_empty(tmp_path):
    state = device_state.DeviceWatch(tmp_path).end()
    assert (state["cpu_mhz"], state["temp_c"], state["throttled"]) == ("", "", "")
    assert state["load"] == ""


def test_the_load_of_a_span_too_short_for_the_kernel_s_clock_is_not_told(tmp_path):
    watch = device_state.DeviceWatch(tmp_path)
    assert watch.end()["load"] == ""
    time.sleep(1.2 * device_state.SHORTEST_LOAD_S)
    assert watch.end()["load"] >= 0


def test_a_check_after_a_short_measurement_looks_for_itself(tmp_path):
    watch = device_state.DeviceWatch(tmp_path)
    found = checks.run(tmp_path, 1.2 * device_state.SHORTEST_LOAD_S, watch)
    (load,) = [check for check in found if check.check == "load by others"]
    assert load.found.endswith(" cores")


def test_clock_heat_and_throttling_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    monkeypatch.setattr(device_state.shutil, "which", lambda _name: None)
    put(
        tmp_path,
        {
            f"{CPU}/cpu0/cpufreq/scaling_cur_freq": 1000000,
            f"{CPU}/cpu1/cpufreq/scaling_cur_freq": 2000000,
            "sys/class/thermal/thermal_zone0/temp": 41000,
            "sys/class/thermal/thermal_zone1/temp": 67500,
            f"{CPU}/cpu0/thermal_throttle/core_throttle_count": 3,
        },
    )
    watch = device_state.DeviceWatch(tmp_path)
    state = watch.end()
    assert (state["cpu_mhz"], state["temp_c"], state["throttled"]) == (1500.0, 67.5, False)
    watch.begin()
    put(tmp_path, {f"{CPU}/cpu0/thermal_throttle/core_throttle_count": 4})
    assert watch.end()["throttled"] is True


@pytest.mark.parametrize(
    ("answer", "throttled"),
    [
        ("throttled=0x0", False),
        ("throttled=0x50000", False),  # happened since the start, not now
        ("throttled=0x1", True),
        ("throttled=0x50005", True),
        ("throttled=none", ""),
        ("", ""),
    ],
)
def test_a_raspberry_pi_says_whether_it_is_throttled(tmp_path, monkeypatch, answer, throttled):
    program = tmp_path / "bin/vcgencmd"
    put(tmp_path, {"bin/vcgencmd": f"#!/bin/sh\necho '{answer}'"})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert device_state.DeviceWatch(tmp_path).end()["throttled"] == throttled


def test_a_raspberry_pi_that_was_throttled_in_the_middle(tmp_path, monkeypatch):
    program = tmp_path / "bin/vcgencmd"
    put(tmp_path, {"bin/vcgencmd": f"#!/bin/sh\ncat {tmp_path}/answer", "answer": "throttled=0x0"})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    watch = device_state.DeviceWatch(tmp_path)
    put(tmp_path, {"answer": "throttled=0x40000"})
    assert watch.end()["throttled"] is True
    watch.begin()
    assert watch.end()["throttled"] is False


def test_a_clock_that_the_kernel_holds_down_is_throttled(tmp_path, monkeypatch):
    monkeypatch.setattr(device_state.shutil, "which", lambda _name: None)
    cooling = "sys/class/thermal/cooling_device"
    put(tmp_path, {f"{cooling}0/type": "pwm-fan", f"{cooling}0/cur_state": 3})
    put(tmp_path, {f"{cooling}1/type": "thermal-cpufreq-0", f"{cooling}1/cur_state": 0})
    watch = device_state.DeviceWatch(tmp_path)
    assert watch.end()["throttled"] == ""
    put(tmp_path, {f"{cooling}1/cur_state": 2})
    assert watch.end()["throttled"] is True


def test_the_device_is_described(tmp_path):
    put(
        tmp_path,
        {
            "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
            "proc/cpuinfo": "processor : 0\nmodel name : Cortex-A76\n",
            "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
            f"{CPU}/cpu0/cpufreq/scaling_governor": "ondemand",
        },
    )
    config = tmp_path / "study.json"
    config.write_text("{}")
    found = description.describe(config, tmp_path)
    assert found["board"] == "Raspberry Pi 5 Model B Rev 1.0"
    assert found["cpu"] == "Cortex-A76"
    assert found["system"] == "Debian GNU/Linux 12 (bookworm)"
    assert found["governor"] == "ondemand"
    assert found["clock_source"] is None
    assert found["versions"]["torch"] and found["cores"] >= 1
    assert len(found["config_sha256"]) == 64
    json.dumps(found)


def verdicts(root: Path) -> dict[str, str]:
    return {check.check: check.verdict for check in checks.run(root, look_s=0.0)}


def test_what_the_kernel_does_not_tell_is_neither_good_nor_bad(tmp_path, monkeypatch):
    monkeypatch.setattr(device_state.shutil, "which", lambda _name: None)
    found = verdicts(tmp_path)
    for name in ("CPU governor", "power profile", "mains", "throttling", "clock source"):
        assert found[name] == "unknown"


@pytest.mark.parametrize(
    ("file", "good", "bad", "check"),
    [
        (f"{CPU}/cpu0/cpufreq/scaling_governor", "performance", "powersave", "CPU governor"),
        ("sys/firmware/acpi/platform_profile", "performance", "low-power", "power profile"),
        ("sys/class/power_supply/BAT0/status", "Charging", "Discharging", "mains"),
        (
            "sys/devices/system/clocksource/clocksource0/current_clocksource",
            "tsc",
            "hpet",
            "clock source",
        ),
    ],
)
def test_checks_tell_good_from_bad_and_say_what_to_do(tmp_path, file, good, bad, check):
    put(tmp_path, {file: good})
    assert verdicts(tmp_path)[check] == "fit"
    put(tmp_path, {file: bad})
    assert verdicts(tmp_path)[check] == "unfit"
    (line,) = [x for x in checks.unfit(checks.run(tmp_path, 0.0)) if x.startswith(check)]
    assert bad in line and line.count(";") >= 2


def unfit_device(*_arguments, **_options) -> list[checks.Check]:
    return [checks.Check("CPU governor", "unfit", "powersave", "it is slow", "set performance")]


def test_an_unfit_device_stops_a_strict_measurement_and_is_written_down_otherwise(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(checks, "run", unfit_device)
    monkeypatch.setattr(lock, "HELD", str(tmp_path))
    rows = tmp_path / "round1.csv"
    with (
        pytest.raises(UserError, match="CPU governor: powersave; it is slow; set performance"),
        guarded_measurement.measuring(rows, strict=True),
    ):
        pytest.fail("measured all the same")
    assert not list(tmp_path.glob("*.json"))
    with guarded_measurement.measuring(rows, strict=False):
        pass
    assert "warning: CPU governor" in capsys.readouterr().err
    found = json.loads((tmp_path / "round1.csv.checks.json").read_text())
    assert [check["verdict"] for check in found["before"] + found["after"]] == ["unfit"] * 2


def test_an_excused_check_is_written_down_and_neither_stops_nor_warns(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(checks, "run", unfit_device)
    monkeypatch.setattr(lock, "HELD", str(tmp_path))
    with guarded_measurement.measuring(
        tmp_path / "window.json", strict=True, excused=("CPU governor",)
    ):
        pass
    assert "CPU governor" in (tmp_path / "window.json.checks.json").read_text()
    assert capsys.readouterr().err == ""


def test_time_that_other_machines_took_is_load_by_others(tmp_path, monkeypatch):
    watch = device_state.DeviceWatch(tmp_path)

    class Times:
        user = nice = system = irq = softirq = 0.0

        def __init__(self, user, steal):
            self.user, self.steal = user, steal

    told = iter([Times(5.0, 1.0), Times(5.4, 1.6)])
    own = iter([Times(5.0, 0.0), Times(5.4, 0.0)])
    clock = iter([10.0, 11.0])
    monkeypatch.setattr(device_state.psutil, "cpu_times", lambda: next(told))
    monkeypatch.setattr(watch, "process", type("P", (), {"cpu_times": lambda _self: next(own)})())
    monkeypatch.setattr(device_state.time, "perf_counter", lambda: next(clock))
    watch.begin()
    assert watch.end()["load"] == pytest.approx(0.6)


def checked(root: Path, name: str) -> checks.Check:
    (found,) = [check for check in checks.run(root, look_s=0.0) if check.check == name]
    return found


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ({"type": "Battery", "scope": "Device", "status": "Discharging"}, "unknown"),
        ({"type": "USB", "status": "Discharging"}, "unknown"),
        ({"type": "Battery", "present": 0, "status": "Discharging"}, "unknown"),
        ({"type": "Battery", "scope": "System", "status": "Discharging"}, "unfit"),
        ({"type": "UPS", "status": "Discharging"}, "unfit"),
        ({"type": "Battery", "status": "Not charging"}, "fit"),
    ],
)
def test_only_a_battery_of_the_device_itself_counts(tmp_path, content, verdict):
    folder = "sys/class/power_supply/hidpp_battery_0"
    put(tmp_path, {f"{folder}/{name}": text for name, text in content.items()})
    assert checked(tmp_path, "mains").verdict == verdict


def test_swap_that_nobody_touches_is_fit_and_swapping_is_not(tmp_path):
    assert checked(tmp_path, "swap").verdict == "unknown"
    put(tmp_path, {"proc/vmstat": "pgfault 7\npswpin 100\npswpout 5000"})
    assert checked(tmp_path, "swap").verdict == "fit"
    watch = device_state.DeviceWatch(tmp_path)
    put(tmp_path, {"proc/vmstat": "pgfault 7\npswpin 101\npswpout 5000"})
    assert watch.end()["swapped_bytes"] == os.sysconf("SC_PAGE_SIZE")
    put(tmp_path, {"proc/vmstat": "pgfault 7\npswpin 400\npswpout 5100"})
    (swap,) = [check for check in checks.run(tmp_path, 0.0, watch) if check.check == "swap"]
    assert swap.verdict == "unfit" and f"{400 * os.sysconf('SC_PAGE_SIZE')} bytes" in swap.found


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        *[(n, "fit") for n in ("tsc", "kvm-clock", "arch_sys_counter", "riscv_clocksource")],
        *[(n, "fit") for n in ("hyperv_clocksource_tsc_page", "xen", "timebase")],
        *[(n, "unfit") for n in ("hpet", "acpi_pm", "jiffies", "refined-jiffies")],
    ],
)
def test_only_a_slow_clock_source_is_unfit(tmp_path, name, verdict):
    put(tmp_path, {"sys/devices/system/clocksource/clocksource0/current_clocksource": name})
    assert checked(tmp_path, "clock source").verdict == verdict


@pytest.mark.parametrize(
    ("policies", "verdict"),
    [
        ([{"scaling_governor": "schedutil"}], "unfit"),
        ([{"scaling_governor": "performance"}, {"scaling_governor": "schedutil"}], "unfit"),
        ([{"scaling_governor": "schedutil", "scaling_min_freq": 9, "scaling_max_freq": 9}], "fit"),
        ([{"scaling_governor": "ondemand", "scaling_min_freq": 6, "scaling_max_freq": 9}], "unfit"),
        (
            [{"scaling_governor": "powersave", "energy_performance_preference": "performance"}],
            "fit",
        ),
        ([{"scaling_governor": "powersave", "energy_performance_preference": "power"}], "unfit"),
    ],
)
def test_a_clock_that_is_held_is_fit_whatever_holds_it(tmp_path, policies, verdict):
    for number, policy in enumerate(policies):
        folder = f"{CPU}/cpu{number}/cpufreq"
        put(tmp_path, {f"{folder}/{name}": text for name, text in policy.items()})
    assert checked(tmp_path, "CPU governor").verdict == verdict


def test_the_clock_of_a_raspberry_pi_is_its_firmware_s(tmp_path, monkeypatch):
    program = tmp_path / "bin/vcgencmd"
    put(tmp_path, {f"{CPU}/cpu0/cpufreq/scaling_cur_freq": 2400000})
    answers = '#!/bin/sh\n[ "$*" = "measure_clock arm" ] && echo "frequency(0)=1500398464"'
    put(tmp_path, {"bin/vcgencmd": answers})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert device_state.DeviceWatch(tmp_path).end()["cpu_mhz"] == 1500.4
    put(
        tmp_path, {"bin/vcgencmd": "#!/bin/sh\necho 'error=1 error_msg=\"Command not registered\"'"}
    )
    assert device_state.DeviceWatch(tmp_path).end()["cpu_mhz"] == 2400.0


def test_clock_and_heat_are_those_of_the_cores_that_compute(tmp_path, monkeypatch):
    monkeypatch.setattr(device_state.shutil, "which", lambda _name: None)
    monkeypatch.setattr(device_state.os, "sched_getaffinity", lambda _task: {1})
    put(
        tmp_path,
        {
            f"{CPU}/cpu0/cpufreq/scaling_cur_freq": 600000,
            f"{CPU}/cpu1/cpufreq/scaling_cur_freq": 2400000,
            "sys/class/thermal/thermal_zone0/type": "gpu-thermal",
            "sys/class/thermal/thermal_zone0/temp": 90000,
            "sys/class/thermal/thermal_zone1/type": "cpu-thermal",
            "sys/class/thermal/thermal_zone1/temp": 55000,
            "sys/class/hwmon/hwmon0/name": "nvme",
            "sys/class/hwmon/hwmon0/temp1_input": 80000,
            "sys/class/hwmon/hwmon1/name": "k10temp",
            "sys/class/hwmon/hwmon1/temp1_input": 61000,
        },
    )
    state = device_state.DeviceWatch(tmp_path).end()
    assert (state["cpu_mhz"], state["temp_c"]) == (2400.0, 61.0)


def arm(*parts: str) -> str:
    cores = [
        f"processor\t: {n}\nCPU implementer\t: {part[:4]}\nCPU part\t: {part[5:]}\n"
        for n, part in enumerate(parts)
    ]
    return "\n".join([*cores, "Model\t\t: Raspberry Pi 5 Model B Rev 1.0"])


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        (arm(*["0x41/0xd0b"] * 4), "Cortex-A76"),
        (arm("0x41/0xd05", "0x41/0xd05", "0x41/0xd0b"), "Cortex-A55 + Cortex-A76"),
        (arm("0x41/0xfff"), "Arm core (implementer 0x41, part 0xfff)"),
        ("processor : 0\nmodel name : AMD EPYC\nprocessor : 1\nmodel name : other", "AMD EPYC"),
    ],
)
def test_the_processor_s_name(tmp_path, cpuinfo, name):
    put(tmp_path, {"proc/cpuinfo": cpuinfo})
    assert processor.name(tmp_path) == name


def test_the_power_mode_of_a_jetson(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert processor.power_mode() is None
    put(
        tmp_path,
        {"nvpmodel": '#!/bin/sh\n[ "$1" = -q ] && printf "NV Power Mode: MODE_15W\\n2\\n"'},
    )
    (tmp_path / "nvpmodel").chmod(0o755)
    assert processor.power_mode() == "MODE_15W"
