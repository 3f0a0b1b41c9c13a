"""Whatever a meter's file holds, it is a number or a reason why there is none."""

import pytest
from asrbench.meters import battery, external, hwmon, ina3221, kernel_files, pmic, powertop, rapl
from asrbench.meters.interface import MeterError
from asrbench.study.energy_settings import External as Settings
from hypothesis import given
from hypothesis import strategies as st
from mutations import far, mutated, told


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


LOG = b"t_utc,power_w\n2026-01-01T00:00:00Z,5.1\n1.5,-2\n"
REPORT = b"x\nThe battery reports a discharge rate of:  7.25  W;\n"
RAILS = b"  3V7_WL_SW_A current(0)=0.1A\n  3V7_WL_SW_V volt(8)=3.7V\n"


@far
@given(head=mutated([LOG[:14], b""]), rows=mutated([LOG, b""]))
def test_a_log_of_an_external_meter(folder, head, rows):
    path = folder / "log.csv"
    path.write_bytes(head)
    meter = external.External(Settings(path=str(path), scope="x"))

    def read():
        meter.probe()
        with path.open("ab") as file:
            file.write(b"\n" + rows + b"\n")
        meter.read()

    told(read, MeterError)


@far
@given(content=mutated([REPORT, RAILS, b"123\n", b""]))
def test_what_meters_print(folder, content):
    text = content.decode("utf-8", "replace")
    told(lambda: powertop.discharge_w(text), MeterError)
    told(lambda: pmic.rail_watts(text), MeterError)
    (folder / "n").write_bytes(content)
    told(lambda: kernel_files.number(folder / "n"), MeterError)


KERNEL = {
    battery.Battery: ("class/power_supply/BAT0", ["type", "status", "power_now", "scope"]),
    rapl.Rapl: ("class/powercap/intel-rapl:0", ["name", "energy_uj", "max_energy_range_uj"]),
    hwmon.Hwmon: ("class/hwmon/hwmon0", ["name", "power1_input", "energy1_input", "power1_label"]),
    ina3221.Ina3221: (
        "bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon1",
        ["in1_label", "in1_input", "curr1_input"],
    ),
}
WORDS = [b"Battery", b"Discharging", b"System", b"5000000", b"package-0", b"chip", b"VDD_IN", b""]


@far
@given(st.sampled_from(list(KERNEL)), st.lists(mutated(WORDS), min_size=4, max_size=4))
def test_files_of_the_kernel(folder, kind, contents):
    place, names = KERNEL[kind]
    (folder / "root/sys" / place).mkdir(parents=True, exist_ok=True)
    for name, content in zip(names, contents, strict=False):
        (folder / "root/sys" / place / name).write_bytes(content)

    def read():
        meter = kind(folder / "root")
        meter.probe()
        meter.read()

    told(read, MeterError)


def test_a_number_that_no_kernel_writes_is_refused(tmp_path):
    (tmp_path / "n").write_text("9" * 400)
    with pytest.raises(MeterError, match=r"holds '9999.*, not a number"):
        kernel_files.number(tmp_path / "n")
