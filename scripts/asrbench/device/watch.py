"""What the device was doing around one timed utterance: load by others, clock, heat, throttling.

Everything is read outside the timed span. What the kernel does not tell is
left empty, never guessed.
"""

import shutil
import subprocess
import time
from pathlib import Path

import psutil

COLUMNS = ["load", "cpu_mhz", "temp_c", "throttled"]

# The kernel counts CPU time in hundredths of a second, of every core apart: over a shorter span
# one such step looks like a busy core.
SHORTEST_LOAD_S = 0.1

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
        self.vcgencmd = shutil.which("vcgencmd")
        self.process = psutil.Process()
        self.begin()

    def begin(self) -> None:
        """Start a span."""
        self._wall_s, self._busy_s, self._own_s = self._times()
        self._throttle_count = self._throttle_events()
        self._raspberry_bits = self._raspberry()

    def end(self) -> dict[str, object]:
        """State over the span since :meth:`begin`, by column.

        ``load`` is CPU time that other processes used, in cores, empty for a span
        that is too short to tell (:data:`SHORTEST_LOAD_S`); ``cpu_mhz`` the mean clock
        of the cores now; ``temp_c`` the hottest sensor now; ``throttled`` whether the
        device slowed itself down.
        """
        wall_s, busy_s, own_s = self._times()
        span_s = wall_s - self._wall_s
        others_s = (busy_s - self._busy_s) - (own_s - self._own_s)
        return {
            "load": round(max(0.0, others_s / span_s), 3) if span_s >= SHORTEST_LOAD_S else "",
            "cpu_mhz": self._clock_mhz(),
            "temp_c": self._temperature_c(),
            "throttled": self._throttled(),
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

    def _clock_mhz(self) -> float | str:
        clocks_khz = [
            value
            for file in self.cpu_folder.glob("cpu[0-9]*/cpufreq/scaling_cur_freq")
            if (value := _number(file)) is not None
        ]
        return round(sum(clocks_khz) / len(clocks_khz) / 1000, 1) if clocks_khz else ""

    def _temperature_c(self) -> float | str:
        values = [
            value / 1000
            for file in self.thermal_folder.glob("thermal_zone*/temp")
            if (value := _number(file)) is not None
        ]
        return max(values) if values else ""

    def _throttle_events(self) -> float | None:
        counts = [
            value
            for file in self.cpu_folder.glob("cpu[0-9]*/thermal_throttle/*_throttle_count")
            if (value := _number(file)) is not None
        ]
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
    try:
        answer = subprocess.run(
            [vcgencmd, "get_throttled"], capture_output=True, text=True, timeout=5, check=True
        ).stdout
        name, _, value = answer.strip().partition("=")
        return int(value, 16) if name == "throttled" else None
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _number(file: Path) -> float | None:
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return None
