"""What the device was doing around one timed utterance: load, clock, heat, throttling, swapping.

Everything is read outside the timed span. What the kernel does not tell is
left empty, never guessed.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from asrbench.device.kernel_text import kernel_text

COLUMNS = ["load", "cpu_mhz", "temp_c", "throttled", "swapped_bytes"]

# The kernel counts CPU time in hundredths of a second, of every core apart: over a shorter span
# one such step looks like a busy core.
SHORTEST_LOAD_S = 0.1

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Thermal zones and chips that stand at the processor, by the names that their drivers have.
_OF_PROCESSOR = re.compile(
    r"cpu|soc|x86_pkg|coretemp|k10temp|k8temp|zenpower|(big|little)core|package", re.IGNORECASE
)

# Bits 0-3 of vcgencmd's answer: under-voltage, frequency capped, throttled, soft temperature limit.
# Bits 16-19 are the same, at some time since the device was started.
_RASPBERRY_NOW = 0xF
_RASPBERRY_SINCE_START = 16


class DeviceWatch:
    """Watches the device over one span at a time.

    Args:
        root: where the kernel's files are, ``/`` but in tests.
    """

    def __init__(self, root: str | Path = "/"):
        self.cpu_folder = Path(root) / "sys/devices/system/cpu"
        self.thermal_folder = Path(root) / "sys/class/thermal"
        self.hwmon_folder = Path(root) / "sys/class/hwmon"
        self.vmstat = Path(root) / "proc/vmstat"
        self.vcgencmd = shutil.which("vcgencmd")
        self.process = psutil.Process()
        self.begin()

    def begin(self) -> None:
        """Start a span."""
        self._wall_s, self._busy_s, self._own_s = self._times()
        self._throttle_count = self._throttle_events()
        self._swapped_bytes = self._swapped()
        self._raspberry_bits = self._raspberry()

    def end(self) -> dict[str, object]:
        """State over the span since :meth:`begin`, by column.

        ``load`` is CPU time that other processes used, in cores, empty for a span
        that is too short to tell (:data:`SHORTEST_LOAD_S`); ``cpu_mhz`` the mean clock
        now of the cores that this process may use; ``temp_c`` the processor's hottest sensor
        now (of the device, where none is the processor's); ``throttled`` whether the device
        slowed itself down; ``swapped_bytes`` what went to swap or came back.
        """
        wall_s, busy_s, own_s = self._times()
        span_s = wall_s - self._wall_s
        others_s = (busy_s - self._busy_s) - (own_s - self._own_s)
        return {
            "load": round(max(0.0, others_s / span_s), 3) if span_s >= SHORTEST_LOAD_S else "",
            "cpu_mhz": self._clock_mhz(),
            "temp_c": self._temperature_c(),
            "throttled": self._throttled(),
            "swapped_bytes": self._swapped_since(),
        }

    def seconds(self) -> float:
        """How long the span has been."""
        return time.perf_counter() - self._wall_s

    def _times(self) -> tuple[float, float, float]:
        total = psutil.cpu_times()
        busy_s = total.user + total.nice + total.system + total.irq + total.softirq
        busy_s += total.steal  # by other machines on the same hardware
        own = self.process.cpu_times()
        return time.perf_counter(), busy_s, own.user + own.system

    def _swapped(self) -> int | None:
        try:
            pages = re.findall(r"^pswp(?:in|out) (\d+)$", self.vmstat.read_text(), re.MULTILINE)
        except OSError:
            return None
        return sum(map(int, pages)) * _PAGE_BYTES if pages else None

    def _swapped_since(self) -> int | str:
        earlier, now = self._swapped_bytes, self._swapped()
        return "" if earlier is None or now is None else now - earlier

    def _clock_mhz(self) -> float | str:
        # The kernel of a Raspberry Pi tells the clock that it asked for, its firmware the true one.
        told = _asked(self.vcgencmd, "measure_clock", "arm") if self.vcgencmd else None
        if told is not None and told.isdecimal() and int(told) > 0:
            return round(int(told) / 1e6, 1)
        clocks_khz = {
            int(file.parts[-3].removeprefix("cpu")): value
            for file in self.cpu_folder.glob("cpu[0-9]*/cpufreq/scaling_cur_freq")
            if (value := _number(file)) is not None
        }
        ours = [clocks_khz[core] for core in os.sched_getaffinity(0) if core in clocks_khz]
        counted = ours or list(clocks_khz.values())
        return round(sum(counted) / len(counted) / 1000, 1) if counted else ""

    def _temperature_c(self) -> float | str:
        zones = [
            (kernel_text(zone / "type") or "", zone / "temp")
            for zone in self.thermal_folder.glob("thermal_zone*")
        ]
        chips = [
            (kernel_text(chip / "name") or "", file)
            for chip in self.hwmon_folder.glob("hwmon*")
            for file in chip.glob("temp*_input")
        ]
        ours = [file for kind, file in [*zones, *chips] if _OF_PROCESSOR.search(kind)]
        values = _numbers(ours) or _numbers(file for _kind, file in zones)
        return max(values) / 1000 if values else ""

    def _throttle_events(self) -> float | None:
        counts = _numbers(self.cpu_folder.glob("cpu[0-9]*/thermal_throttle/*_throttle_count"))
        return sum(counts) if counts else None

    def _raspberry(self) -> int | None:
        return raspberry_throttling(self.vcgencmd) if self.vcgencmd else None

    def _cooled(self) -> bool:
        """Whether the kernel holds the clock down because of heat, as it does on Arm boards."""
        for device in self.thermal_folder.glob("cooling_device*"):
            try:
                kind = (device / "type").read_text()
            except OSError:
                continue
            if "cpufreq" in kind and (_number(device / "cur_state") or 0) > 0:
                return True
        return False

    def _throttled(self) -> bool | str:
        before, now = self._raspberry_bits, self._raspberry()
        if before is not None and now is not None:
            in_between = (now & ~before) >> _RASPBERRY_SINCE_START
            return bool((before | now | in_between) & _RASPBERRY_NOW)
        if self._cooled():
            return True
        earlier, count = self._throttle_count, self._throttle_events()
        if earlier is None or count is None:
            return ""
        return count > earlier


def raspberry_throttling(vcgencmd: str) -> int | None:
    """Throttling bits of a Raspberry Pi, or None where its answer is not understood."""
    told = _asked(vcgencmd, "get_throttled")
    try:
        return None if told is None else int(told, 16)
    except ValueError:
        return None


def _asked(vcgencmd: str, *question: str) -> str | None:
    """What a Raspberry Pi's firmware answers, such as '0x0' of 'throttled=0x0'."""
    asked = [vcgencmd, *question]
    try:
        run = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    name, _, value = run.stdout.strip().partition("=")
    return value if name in ("throttled", "frequency(0)", "frequency(48)") else None


def _numbers(files: Iterable[Path]) -> list[float]:
    return [value for file in files if (value := _number(file)) is not None]


def _number(file: Path) -> float | None:
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return None
