"""A CSV that another program writes: late rows, other zones, nonsense."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from asrbench.meters import external
from asrbench.meters.interface import MOST_GAPS, MeterError
from asrbench.study.energy_settings import External as Settings


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "meter.csv"
    file.write_text("t_utc,power_w,volts\n2020-01-01T00:00:00Z,99,5\n")
    return file


def meter(path, **more) -> external.External:
    opened = external.External(Settings(path=str(path), **more))
    opened.probe()
    return opened


def add(path, *lines: str, end: str = "\n") -> None:
    with path.open("a") as file:
        file.write("\n".join(lines) + end)


def test_only_rows_from_now_on_are_read(path):
    opened = meter(path, scope="wall")
    assert opened.read() == []
    add(path, f"{datetime.now(UTC).isoformat()},7.25,5.1")
    [reading] = opened.read()
    assert (reading.value, reading.channel.scope) == (7.25, "wall")
    assert abs(reading.t_s - time.monotonic()) < 5
    assert opened.read() == []


def test_one_moment_in_every_spelling(path):
    opened = meter(path)
    moment = datetime.now(UTC)
    local = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
    spellings = [moment.isoformat(), moment.replace(tzinfo=None).isoformat(sep=" ")]
    spellings += [local.isoformat(), str(moment.timestamp()), moment.isoformat()[:-6] + "Z"]
    add(path, *(f"{text},1,5" for text in spellings))
    times = [reading.t_s for reading in opened.read()]
    assert len(times) == 5 and max(times) - min(times) < 1e-3


def test_a_row_that_is_being_written_waits_for_its_end(path):
    opened = meter(path)
    add(path, "1000000,7", end="")
    assert opened.read() == []
    add(path, ".5,5")
    assert [reading.value for reading in opened.read()] == [7.5]


def test_rows_out_of_order_keep_their_times(path):
    opened = meter(path)
    add(path, "1000010,2,5", "1000000,1,5")
    first, second = opened.read()
    assert first.t_s - second.t_s == pytest.approx(10)


@pytest.mark.parametrize(
    "row",
    ["yesterday,1,5", "1000000,much,5", "1000000,nan,5", "1000000,-1,5", "1000000", "inf,1,5"],
)
def test_a_row_that_is_not_understood_is_a_gap_and_many_are_the_end(path, row):
    opened = meter(path)
    add(path, row, "1000000,7,5")
    assert [reading.value for reading in opened.read()] == [7.0]
    assert opened.gaps == {path.name: 1}
    add(path, *[row] * MOST_GAPS)
    with pytest.raises(MeterError, match=r"not understood|cannot be"):
        opened.read()


def test_columns_units_separator_and_decimal_sign_of_the_configuration(path):
    path.write_text("Zeit;Spannung (V);Leistung (mW)\n")
    opened = meter(
        path,
        time_column="Zeit",
        value_column="Leistung (mW)",
        unit="mW",
        time_unit="ms",
        separator=";",
        decimal=",",
    )
    add(path, f"{1000 * time.time():.0f};5,1;7250,5")
    [reading] = opened.read()
    assert reading.value == pytest.approx(7.2505) and reading.channel.kind == "gauge"
    assert abs(reading.t_s - time.monotonic()) < 5
    path.write_text("t_utc,total\n")
    opened = meter(path, value_column="total", unit="Wh")
    add(path, "1000000,2.5")
    [reading] = opened.read()
    assert reading.value == 9000.0 and reading.channel.kind == "counter"


def test_columns_that_are_not_there_are_named(path):
    with pytest.raises(MeterError, match="must name the columns t_utc and one of Leistung"):
        meter(path, value_column="Leistung")


@pytest.mark.parametrize("head", ["", "time,power_w", "t_utc,watts", "t_utc,power_w,energy_j"])
def test_the_first_line_must_name_the_columns(path, head):
    path.write_text(f"{head}\n")
    with pytest.raises(MeterError, match="must name the columns"):
        meter(path)


def test_a_counter(path):
    path.write_text("t_utc,energy_j\n")
    opened = meter(path, wrap_j=1000.0)
    add(path, "1000000,12.5")
    [reading] = opened.read()
    assert (reading.channel.kind, reading.channel.wrap_j, reading.value) == (
        "counter",
        1000.0,
        12.5,
    )


def test_a_file_that_is_absent_or_was_cut(path, tmp_path):
    with pytest.raises(MeterError, match="cannot be read"):
        meter(tmp_path / "none.csv")
    opened = meter(path)
    path.write_text("t_utc,power_w\n")
    with pytest.raises(MeterError, match="shorter than before"):
        opened.read()
    path.unlink()
    with pytest.raises(MeterError, match="cannot be read"):
        opened.read()


def test_a_clock_that_is_set_ends_the_reading(path, monkeypatch):
    opened = meter(path)
    real = time.time
    monkeypatch.setattr(external.time, "time", lambda: real() + 3600)
    with pytest.raises(MeterError, match=r"clock was set by \+3600"):
        opened.read()


def test_late_rows_are_waited_for_but_not_for_ever(path):
    opened = meter(path, wait_s=0.3)
    until_s = time.monotonic()
    add(path, f"{time.time() + 1},7,5")
    assert [reading.value for reading in opened.last(until_s)] == [7.0]
    assert opened.last(time.monotonic() + 60) == []
