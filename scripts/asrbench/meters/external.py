"""A meter that another program logs: a CSV with a column of times and one of watts or joules.

Times are ISO 8601, in UTC where they name no other zone, or Unix seconds. The
clock that wrote them must agree with this device's. Rows may come late and in
any order; what is missing shows as a gap when the window is integrated. The columns are
``t_utc`` and ``power_w`` or ``energy_j``, or those that the configuration names, with their units.
"""

import csv
import math
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from asrbench.meters.interface import (
    MOST_GAPS,
    Channel,
    Gap,
    Kind,
    Meter,
    MeterError,
    Reach,
    Reading,
    check,
)

KINDS: dict[str, Kind] = {"power_w": "gauge", "energy_j": "counter"}
UNITS: dict[str, tuple[Kind, float]] = {
    **{"W": ("gauge", 1.0), "mW": ("gauge", 1e-3), "kW": ("gauge", 1e3)},
    **{"J": ("counter", 1.0), "mJ": ("counter", 1e-3), "kJ": ("counter", 1e3)},
    **{"mWh": ("counter", 3.6), "Wh": ("counter", 3600.0), "kWh": ("counter", 3.6e6)},
}
TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}

# More than this, and the times of rows before and after do not belong together.
_CLOCK_STEP_S = 0.5


class External(Meter):
    """The rows that are added to a CSV from now on.

    Args:
        settings: the configuration's block ``energy.external``.
    """

    name = "external"

    def __init__(self, settings: SimpleNamespace):
        super().__init__()
        self._settings = settings
        self._path = Path(settings.path)
        self.least_period_s = settings.period_s
        self._offset_s = 0.0
        self._position = self._missed = 0
        self._columns: list[str] = []
        self._value = ""
        self._factor = 1.0
        self._channel: Channel

    def probe(self) -> list[Channel]:
        self._offset_s = _utc_minus_monotonic_s()
        head, _, rest = self._bytes(0).partition(b"\n")
        self._columns = self._cells(head.decode("utf-8", "replace").lstrip("\ufeff"))
        named, time_column = self._settings.value_column, self._settings.time_column
        wanted = [named] if named else list(KINDS)
        values = [column for column in wanted if column in self._columns]
        if time_column not in self._columns or len(values) != 1:
            raise MeterError(
                f"{self._path}: the first line must name the columns {time_column} and one of "
                f"{' or '.join(wanted)}; it is {head.decode('utf-8', 'replace')[:80]!r}"
            )
        self._value = values[0]
        kind = KINDS.get(self._value, "gauge")
        if named:
            kind, self._factor = UNITS[self._settings.unit]
        self._position = len(head) + 1 + rest.rfind(b"\n") + 1
        self._channel = Channel(
            self.name,
            self._path.name,
            self._settings.scope,
            kind,
            Reach.SUPPLY,
            self._settings.period_s,
            self._settings.wrap_j,
            self._settings.estimated,
        )
        return [self._channel]

    def read(self) -> list[Reading]:
        offset_s = _utc_minus_monotonic_s()
        if abs(offset_s - self._offset_s) > _CLOCK_STEP_S:
            raise MeterError(f"this device's clock was set by {offset_s - self._offset_s:+.1f} s")
        new = self._bytes(self._position)
        whole = new[: new.rfind(b"\n") + 1]
        self._position += len(whole)
        lines = whole.decode("utf-8", "replace").splitlines()
        readings = []
        for line in filter(str.strip, lines):
            try:
                readings.append(self._reading(line, offset_s))
            except Gap as gap:
                self.gaps[self._channel.channel] += 1
                self._missed += 1
                if self._missed >= MOST_GAPS:
                    raise MeterError(str(gap)) from None
            else:
                self._missed = 0
        return readings

    def last(self, until_s: float) -> list[Reading]:
        """Wait for rows up to that moment, at most ``energy.external.wait_s``."""
        readings = self.read()
        patience_s = time.monotonic() + self._settings.wait_s
        while max((r.t_s for r in readings), default=-math.inf) < until_s:
            if time.monotonic() > patience_s:
                break
            time.sleep(0.1)
            readings += self.read()
        return readings

    def _bytes(self, position: int) -> bytes:
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < position:
                    raise MeterError(f"{self._path}: is shorter than before")
                file.seek(position)
                return file.read()
        except OSError as error:
            raise MeterError(f"{self._path}: cannot be read ({error.strerror})") from None

    def _reading(self, line: str, offset_s: float) -> Reading:
        row = dict(zip(self._columns, self._cells(line), strict=False))
        try:
            unit_s = TIME_UNITS[self._settings.time_unit]
            t_s = utc_s(self._plain(row[self._settings.time_column]), unit_s) - offset_s
            value = float(self._plain(row[self._value])) * self._factor
            if not math.isfinite(t_s):
                raise ValueError
            check(self._channel, value)
        except (KeyError, ValueError, OverflowError):
            raise Gap(f"{self._path}: a row is not understood: {line[:80]!r}") from None
        return Reading(t_s, self._channel, value)

    def _plain(self, cell: str) -> str:
        """A cell with a decimal point, whatever the file has."""
        return cell.replace(",", ".") if self._settings.decimal == "," else cell

    def _cells(self, line: str) -> list[str]:
        """The cells of a line; none where it is no line of a CSV."""
        try:
            return next(csv.reader([line], delimiter=self._settings.separator), [])
        except csv.Error:
            return []


def utc_s(text: str, unit_s: float = 1.0) -> float:
    """Unix seconds of a time as it stands in the file; ValueError where it is none.

    Args:
        unit_s: of a time that is a number, in seconds.
    """
    try:
        return float(text) * unit_s
    except ValueError:
        moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _utc_minus_monotonic_s() -> float:
    return time.time() - time.monotonic()
