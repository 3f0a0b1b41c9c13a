"""A meter that another program logs: a CSV with ``t_utc`` and ``power_w`` or ``energy_j``.

Times are ISO 8601, in UTC where they name no other zone, or Unix seconds. The
clock that wrote them must agree with this device's. Rows may come late and in
any order; what is missing shows as a gap when the window is integrated.
"""

import csv
import math
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from asrbench.meters.interface import Channel, Kind, Meter, MeterError, Reach, Reading

TIME = "t_utc"
KINDS: dict[str, Kind] = {"power_w": "gauge", "energy_j": "counter"}

# More than this, and the times of rows before and after do not belong together.
_CLOCK_STEP_S = 0.5


class External(Meter):
    """The rows that are added to a CSV from now on.

    Args:
        settings: the configuration's block ``energy.external``.
    """

    name = "external"

    def __init__(self, settings: SimpleNamespace):
        self._settings = settings
        self._path = Path(settings.path)
        self.least_period_s = settings.period_s
        self._offset_s = 0.0
        self._position = 0
        self._columns: list[str] = []
        self._value = ""
        self._channel: Channel

    def probe(self) -> list[Channel]:
        self._offset_s = _utc_minus_monotonic_s()
        head, _, rest = self._bytes(0).partition(b"\n")
        self._columns = _cells(head.decode("utf-8", "replace").lstrip("\ufeff"))
        values = [column for column in KINDS if column in self._columns]
        if TIME not in self._columns or len(values) != 1:
            raise MeterError(
                f"{self._path}: the first line must name the columns {TIME} and one of "
                f"{' or '.join(KINDS)}; it is {head.decode('utf-8', 'replace')[:80]!r}"
            )
        self._value = values[0]
        self._position = len(head) + 1 + rest.rfind(b"\n") + 1
        self._channel = Channel(
            self.name,
            self._path.name,
            self._settings.scope,
            KINDS[self._value],
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
        return [self._reading(line, offset_s) for line in lines if line.strip()]

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
        row = dict(zip(self._columns, _cells(line), strict=False))
        try:
            t_s, value = utc_s(row[TIME]) - offset_s, float(row[self._value])
            if not math.isfinite(t_s) or not 0 <= value < math.inf:
                raise ValueError
        except (KeyError, ValueError, OverflowError):
            raise MeterError(f"{self._path}: a row is not understood: {line[:80]!r}") from None
        return Reading(t_s, self._channel, value)


def _cells(line: str) -> list[str]:
    """The cells of a line; none where it is no line of a CSV."""
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []


def utc_s(text: str) -> float:
    """Unix seconds of a time as it stands in the column ``t_utc``; ValueError where it is none."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _utc_minus_monotonic_s() -> float:
    return time.time() - time.monotonic()
