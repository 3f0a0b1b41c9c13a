"""Each meter on files, programs and libraries that stand in for hardware."""

import contextlib
import ctypes
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest
from asrbench.meters import catalogue, listing, pmic
from asrbench.meters.battery import Battery
from asrbench.meters.command import Command
from asrbench.meters.hwmon import Hwmon
from asrbench.meters.ina3221 import Ina3221
from asrbench.meters.interface import MOST_GAPS, Gap, MeterError, Reach
from asrbench.meters.nvidia import Nvidia
from asrbench.meters.rapl import Rapl
from asrbench.study.energy_settings import Command as CommandSettings
from asrbench.study.energy_settings import Energy

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def files(folder: Path, **content: object) -> Path:
    """A folder of the kernel's, with small files in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in content.items():
        (folder / name).write_text(f"{text}\n")
    return folder


def battery(root: Path, name: str = "BAT0", **content: object) -> Path:
    said = {"type": "Battery", "status": "Discharging", **content}
    return files(root / "sys/class/power_supply" / name, **said)


def watts(meter) -> dict[str, float]:
    meter.probe()
    return {reading.channel.channel: reading.value for reading in meter.read()}


def test_battery_by_power_and_by_current(tmp_path):
    battery(tmp_path, "BAT0", power_now=7254321)
    battery(tmp_path, "BAT1", current_now=-500000, voltage_now=12000000)
    battery(tmp_path, "mouse", scope="Device", power_now=1)
    files(tmp_path / "sys/class/power_supply/AC", type="Mains", online=0)
    assert watts(Battery(tmp_path)) == pytest.approx({"BAT0": 7.254321, "BAT1": 6.0})


@pytest.mark.parametrize("status", ["Charging", "Full", "Not charging", "Unknown"])
def test_battery_that_does_not_discharge(tmp_path, status):
    battery(tmp_path, status=status, power_now=7254321)
    with pytest.raises(MeterError, match=f"BAT0: {status}"):
        Battery(tmp_path).probe()


def test_battery_that_stops_discharging_or_says_nonsense(tmp_path):
    folder = battery(tmp_path, power_now=7254321)
    meter = Battery(tmp_path)
    meter.probe()
    (folder / "power_now").write_text("much\n")
    with pytest.raises(Gap, match="'much', not a number"):
        meter.read()
    (folder / "status").write_text("Charging\n")
    with pytest.raises(MeterError, match="not discharging any more: Charging"):
        meter.read()
    battery(tmp_path, power_now=7254321)
    meter.probe()
    shutil.rmtree(folder)
    with pytest.raises(MeterError, match="is gone"):
        meter.read()


def rapl(
    root: Path, zone: str = "intel-rapl:0", name: str = "package-0", uj: int = 5000000
) -> Path:
    folder = root / "sys/class/powercap" / zone
    return files(folder, name=name, energy_uj=uj, max_energy_range_uj=262143328850)


def test_rapl_scopes(tmp_path):
    for zone, name in [
        ("intel-rapl:0", "package-0"),
        ("intel-rapl:0:0", "core"),
        ("intel-rapl:0:1", "dram"),
        ("intel-rapl:1", "package-1"),
        ("intel-rapl:2", "psys"),
    ]:
        rapl(tmp_path, zone, name)
    channels = Rapl(tmp_path).probe()
    scopes = {channel.channel: channel.scope for channel in channels}
    assert scopes == {
        "intel-rapl:0 (package-0)": "CPU package",
        "intel-rapl:0:1 (dram)": "DRAM",
        "intel-rapl:1 (package-1)": "CPU package",
        "intel-rapl:2 (psys)": "platform (psys)",
    }
    assert {channel.wrap_j for channel in channels} == {262143.32885}
    assert catalogue.ranked(channels)[0].scope == "platform (psys)"


def test_rapl_that_a_container_hides(tmp_path):
    """Docker covers the folder that the links of the class point into."""
    links = tmp_path / "sys/class/powercap"
    links.mkdir(parents=True)
    (links / "intel-rapl:0").symlink_to("../../devices/virtual/powercap/intel-rapl/intel-rapl:0")
    with pytest.raises(MeterError, match=r"container hides .* docs/devices.md") as told:
        Rapl(tmp_path).probe()
    assert told.value.there


def test_rapl_without_the_right_to_read_it(tmp_path):
    file = rapl(tmp_path) / "energy_uj"
    file.chmod(0o400)
    if shutil.which("setpriv") is None:
        pytest.skip("needs setpriv")
    try:
        shutil.chown(file, 65534)
    except PermissionError:
        pytest.skip("needs root to make a file that root's shell without rights cannot read")
    dropped = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    run = subprocess.run(
        [*dropped, sys.executable, SCRIPTS / "list_meters.py", "--root", tmp_path],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "rapl:0/energy_uj: permission denied" in run.stdout
    assert "SUBSYSTEM" in run.stdout and "usermod -aG power" in run.stdout


def test_rapl_domain_that_vanishes(tmp_path):
    folder = rapl(tmp_path)
    meter = Rapl(tmp_path)
    meter.probe()
    shutil.rmtree(folder)
    with pytest.raises(MeterError, match="energy_uj is gone"):
        meter.read()


def ina3221(root: Path, labels: list[str], driver: str = "ina3221") -> None:
    content = {}
    for number, label in enumerate(labels, 1):
        content |= {f"in{number}_label": label, f"in{number}_input": 5000 * number}
        content |= {f"curr{number}_input": 100 * number}
    content |= {"in7_label": "Sum of shunt voltages", "in7_input": 99}
    files(root / f"sys/bus/i2c/drivers/{driver}/1-0040/hwmon/hwmon3", **content)


def test_ina3221_with_an_input_rail(tmp_path):
    ina3221(tmp_path, ["VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC"])
    meter = Ina3221(tmp_path)
    assert watts(meter) == {"VDD_IN": 0.5, "VDD_CPU_GPU_CV": 2.0, "VDD_SOC": 4.5}
    scopes = [channel.scope for channel in catalogue.ranked(meter.probe())]
    assert scopes == ["module input", "rail VDD_CPU_GPU_CV", "rail VDD_SOC"]


def test_ina3221_without_an_input_rail_is_a_sum_under_its_own_name(tmp_path):
    ina3221(tmp_path, ["VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"])
    assert {channel.scope for channel in Ina3221(tmp_path).probe()} == {"rail sum"}


def test_ina3221_of_older_boards(tmp_path):
    folder = tmp_path / "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0"
    rails = {"rail_name_0": "POM_5V_IN", "in_power0_input": 2345, "rail_name_1": "NC"}
    files(folder, **rails, in_power1_input=1, rail_name_2="POM_5V_CPU", in_power2_input=700)
    meter = Ina3221(tmp_path)
    assert watts(meter) == {"POM_5V_IN": 2.345, "POM_5V_CPU": 0.7}
    assert catalogue.ranked(meter.probe())[0].scope == "module input"


def test_hwmon_by_name_and_label(tmp_path):
    folder = tmp_path / "sys/class/hwmon"
    files(folder / "hwmon0", name="coretemp", temp1_input=40000)
    files(folder / "hwmon1", name="amdgpu", power1_average=8000000, power1_label="PPT")
    files(folder / "hwmon2", name="meter", energy1_input=3000000, power1_input=5000000)
    files(folder / "hwmon3", name="BAT0", power1_input=7000000)
    (folder / "hwmon2/power2_input").mkdir()  # a sensor that cannot be read
    meter = Hwmon(tmp_path)
    assert watts(meter) == {"hwmon1 PPT": 8.0, "hwmon2 energy1": 3.0, "hwmon2 power1": 5.0}
    kinds = {channel.scope: channel.kind for channel in meter.probe()}
    assert kinds["chip amdgpu PPT"] == "gauge" and kinds["chip meter energy1"] == "counter"


PMIC = """\
     3V7_WL_SW_A current(0)=0.00390372A
       VDD_CORE_A current(7)=1.20000000A
     3V7_WL_SW_V volt(8)=3.72073600V
       VDD_CORE_V volt(15)=0.75000000V
        EXT5V_V volt(24)=5.14898000V
         BATT_V volt(25)=0.00000000V
"""


def test_pmic_sums_pairs():
    rails = pmic.rail_watts(PMIC)
    assert rails == pytest.approx({"3V7_WL_SW": 0.00390372 * 3.720736, "VDD_CORE": 0.9})


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (PMIC[:180], "not understood"),
        (PMIC.replace("     3V7_WL_SW_V volt(8)=3.72073600V\n", ""), "only one .* 3V7_WL_SW"),
        (PMIC.partition("     3V7_WL_SW_V")[0], "only one .* 3V7_WL_SW, VDD_CORE"),
        (PMIC.replace("=1.20000000A", "=1.20000000V"), "not understood"),
        (PMIC.replace("=1.20000000A", "=nanA"), "not understood"),
        ('error=1 error_msg="Command not registered"', "not understood"),
        ("        EXT5V_V volt(24)=5.14898000V\n", "shows no rails"),
    ],
)
def test_pmic_that_is_cut_or_lacks_a_pair_is_refused(answer, reason):
    with pytest.raises(MeterError, match=reason):
        pmic.rail_watts(answer)


def test_pmic_wherever_it_is_cut_gives_no_other_number():
    whole = pmic.rail_watts(PMIC)
    for end in range(len(PMIC)):
        with contextlib.suppress(MeterError):
            assert pmic.rail_watts(PMIC[:end]) == whole


def program(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_pmic_by_a_stand_in_for_vcgencmd(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "answer").write_text(PMIC)
    program(tmp_path, "vcgencmd", f"cat {tmp_path}/answer")
    meter = pmic.Pmic()
    assert watts(meter)["VDD_CORE"] == pytest.approx(0.9)
    (tmp_path / "answer").write_text(PMIC.replace("VDD_CORE", "VDD_OTHER"))
    with pytest.raises(MeterError, match="other rails than before"):
        meter.read()
    program(tmp_path, "vcgencmd", "echo 'Can not open /dev/vcio' >&2; exit 255")
    with pytest.raises(MeterError, match="Can not open") as raised:
        meter.read()
    assert "usermod -aG video" in raised.value.advice


def test_pmic_of_a_raspberry_pi_4(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program(tmp_path, "vcgencmd", "echo 'error=1 error_msg=\"Command not registered\"'")
    with pytest.raises(MeterError, match="not understood: 'error=1"):
        pmic.Pmic().probe()


def fake_nvml(**functions) -> types.ModuleType:
    library = types.ModuleType("pynvml")
    library.NVMLError = type("NVMLError", (Exception,), {})
    library.nvmlInit = library.nvmlShutdown = lambda: None
    library.nvmlDeviceGetCount = lambda: 2
    # As NVIDIA's own, a handle is a pointer, which has no hash.
    library.nvmlDeviceGetHandleByIndex = lambda number: ctypes.pointer(ctypes.c_int(number))
    for name, function in functions.items():
        setattr(library, name, function)
    return library


def test_nvidia_counts_millijoules_of_each_board(tmp_path, monkeypatch):
    (tmp_path / "proc/driver/nvidia").mkdir(parents=True)
    counted = fake_nvml(
        nvmlDeviceGetTotalEnergyConsumption=lambda board: 1500 * (board.contents.value + 1)
    )
    monkeypatch.setitem(sys.modules, "pynvml", counted)
    meter = Nvidia(tmp_path)
    assert watts(meter) == {"GPU 0": 1.5, "GPU 1": 3.0}
    assert [one.value for one in meter.last(0.0)] == [1.5, 3.0]  # one more, after the window


def test_nvidia_without_library_driver_or_counter(tmp_path, monkeypatch):
    with pytest.raises(MeterError, match="no NVIDIA driver"):
        Nvidia(tmp_path).probe()
    (tmp_path / "proc/driver/nvidia").mkdir(parents=True)
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(MeterError, match="nvidia-ml-py is not installed"):
        Nvidia(tmp_path).probe()
    library = fake_nvml()

    def refuse(_board):
        raise library.NVMLError("Not Supported")

    library.nvmlDeviceGetTotalEnergyConsumption = refuse
    library.nvmlDeviceGetPowerUsage = lambda _board: 70000
    monkeypatch.setitem(sys.modules, "pynvml", library)
    meter = Nvidia(tmp_path)
    assert watts(meter) == {"GPU 0": 70.0, "GPU 1": 70.0}
    assert {channel.kind for channel in meter.probe()} == {"gauge"}
    library.nvmlDeviceGetPowerUsage = refuse
    with pytest.raises(MeterError, match="Not Supported"):
        Nvidia(tmp_path).probe()


def command(*argv: str, **more: object) -> Command:
    return Command(CommandSettings(argv=list(argv), **more))


def test_command_in_its_own_unit():
    meter = command("echo", "7254.5", factor=0.001, scope="wall")
    assert watts(meter) == {"echo": pytest.approx(7.2545)}
    assert meter.probe()[0].scope == "wall"


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (["echo", "7.2 W"], "printed '7.2 W"),
        (["echo", "nan"], "printed 'nan"),
        (["echo", "-3"], "printed '-3"),
        (["true"], "printed ''"),
        (["sh", "-c", "echo unplugged >&2; exit 3"], r"status 3 \(unplugged\)"),
        (["/no/such/program"], "cannot be run"),
        (["a\0b"], "cannot be run"),
        (["printf", r"\377"], "printed '\ufffd'"),
        (["echo", "1e308"], "printed '1e308"),
        (["sleep", "30"], "no answer within 0.1 s"),
    ],
)
def test_command_that_gives_no_number(argv, reason):
    with pytest.raises(MeterError, match=reason):
        command(*argv, timeout_s=0.1 if argv[0] == "sleep" else 10.0, factor=10.0).probe()


def test_a_device_without_meters_says_what_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = catalogue.probed(catalogue.chosen(Energy(), tmp_path))
    names = "battery, powertop, rapl, ina3221, pmic, hwmon, nvidia"
    assert catalogue.why_none(found).endswith(f"(not there: {names})")
    assert catalogue.chosen(Energy(meters=[]), tmp_path) == []
    assert [m.name for m in catalogue.chosen(Energy(meters=["rapl"]), tmp_path)] == ["rapl"]


def test_measured_before_estimated_and_wide_before_narrow(tmp_path):
    battery(tmp_path, power_now=7254321)
    rapl(tmp_path)
    guess = {"argv": ["echo", "3"], "scope": "a fit", "estimated": True}
    settings = Energy(meters=["rapl", "battery", "command"], command=CommandSettings(**guess))
    found = catalogue.probed(catalogue.chosen(settings, tmp_path))
    channels = catalogue.ranked([channel for probed in found for channel in probed.channels])
    assert [channel.meter for channel in channels] == ["battery", "rapl", "command"]


def test_rapl_without_the_platform_counter_measures_the_package(tmp_path):
    rapl(tmp_path)
    psys = rapl(tmp_path, "intel-rapl:1", "psys")
    (psys / "energy_uj").unlink()
    (psys / "energy_uj").mkdir()  # what cannot be read
    (found,) = catalogue.probed([Rapl(tmp_path)])
    assert [channel.scope for channel in found.channels] == ["CPU package"]
    (told,) = catalogue.absent([found])
    assert told["meter"] == "rapl" and "intel-rapl:1" in told["reason"]
    assert any("intel-rapl:1" in line for line in listing.lines([found]))


def test_a_sum_without_one_of_its_parts_is_none(tmp_path):
    rapl(tmp_path)
    (rapl(tmp_path, "intel-rapl:1", "package-1") / "energy_uj").unlink()
    with pytest.raises(MeterError):
        Rapl(tmp_path).probe()


def test_a_part_that_is_lost_while_it_is_read_leaves_the_others(tmp_path):
    rapl(tmp_path)
    psys = rapl(tmp_path, "intel-rapl:1", "psys")
    meter = Rapl(tmp_path)
    assert len(meter.probe()) == 2
    shutil.rmtree(psys)
    assert [reading.channel.scope for reading in meter.read()] == ["CPU package"]
    assert [channel.scope for channel in meter.lost] == ["platform (psys)"]


def test_a_sensor_that_gives_nothing_for_once_is_a_gap_and_for_long_is_lost(tmp_path):
    folder = tmp_path / "sys/class/hwmon"
    files(folder / "hwmon0", name="one", power1_input=5000000)
    files(folder / "hwmon1", name="two", power1_input=6000000)
    meter = Hwmon(tmp_path)
    meter.probe()
    (folder / "hwmon1/power1_input").write_text("-4000000\n")  # less than nothing
    assert [reading.value for reading in meter.read()] == [5.0]
    assert meter.gaps == {"hwmon1 power1": 1} and not meter.lost
    (folder / "hwmon1/power1_input").write_text("900000000000000\n")  # a power station
    assert [reading.value for reading in meter.read()] == [5.0]
    for _ in range(MOST_GAPS):
        meter.read()
    assert [channel.channel for channel in meter.lost] == ["hwmon1 power1"]


def test_a_command_that_fails_once_in_a_while_is_asked_again(tmp_path):
    # Each second call fails, the first one too.
    program(tmp_path, "read", f"cd {tmp_path}; echo >> n; [ $(($(wc -l < n) % 2)) = 0 ] && echo 7")
    (found,) = catalogue.probed([command(str(tmp_path / "read"))])
    assert found.channels
    with pytest.raises(Gap):
        found.meter.read()
    assert [reading.value for reading in found.meter.read()] == [7.0]


THOR = ["VDD_GPU", "VDD_CPU_SOC_MSS", "VIN_SYS_5V0"]


def test_the_input_of_a_jetson_thor_is_the_whole_device(tmp_path):
    ina3221(tmp_path, THOR)
    meters = [Ina3221(tmp_path), Hwmon(tmp_path)]
    (first, *_) = catalogue.ranked([c for p in catalogue.probed(meters) for c in p.channels])
    assert first.scope == "rail sum"
    files(
        tmp_path / "sys/class/hwmon/hwmon4",
        name="ina238",
        power1_label="VIN",
        power1_input=23000000,
    )
    found = catalogue.probed(meters)
    (first, *_) = catalogue.ranked([c for p in found for c in p.channels])
    assert (first.meter, first.scope, first.reach) == (
        "hwmon",
        "whole device (ina238)",
        Reach.DEVICE,
    )
    assert [reading.value for reading in meters[1].read()] == [23.0]


def test_the_power_meter_of_a_server_is_preferred_to_its_processor(tmp_path):
    content = {"name": "power_meter", "power1_average": 148000000, "power1_average_interval": 1000}
    files(tmp_path / "sys/class/hwmon/hwmon1/device", **content)
    rapl(tmp_path)
    rapl(tmp_path, "intel-rapl:1", "psys")
    meters = [Rapl(tmp_path), Hwmon(tmp_path)]
    found = catalogue.probed(meters)
    (first, *_) = catalogue.ranked([c for p in found for c in p.channels])
    assert (first.scope, first.update_s) == ("whole device (power_meter)", 1.0)
    assert [reading.value for reading in meters[1].read()] == [148.0]
