"""What every meter is: channels that it can read, or the reason why it cannot.

A gauge gives watts at a moment, a counter joules since an unknown beginning.
Readings carry their own time on the monotonic clock, which all processes of a
device share.
"""

import contextlib
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Literal

Kind = Literal["gauge", "counter"]

# What gives nothing is asked so often before it counts as absent.
PROBES = 3
# So many readings in a row that give nothing are the end of a meter.
MOST_GAPS = 10
# More than a rack of servers draws, and than it counts in years.
MOST_W, MOST_J = 1e5, 1e13


class Reach(IntEnum):
    """How much of the device a scope takes in; less is preferred. Scopes are never compared."""

    SUPPLY = 0  # wall or DC input, losses of the supply included
    DEVICE = 1
    BOARD = 2
    PROCESSOR = 3
    PART = 4


@dataclass(frozen=True)
class Channel:
    """One thing that a meter reads.

    Attributes:
        meter: such as 'rapl'.
        channel: its name at the meter, such as 'intel-rapl:0'.
        scope: what its watts are those of, in words. Channels of one meter and
            one scope are parts of a sum.
        kind: gauge (watts) or counter (joules).
        reach: how much of the device the scope takes in.
        update_s: how often the meter itself has a new value.
        wrap_j: a counter begins again at 0 when it would pass this.
        estimated: the values come from a model, not from a measurement.
    """

    meter: str
    channel: str
    scope: str
    kind: Kind
    reach: Reach
    update_s: float
    wrap_j: float | None = None
    estimated: bool = False

    def plain(self) -> dict[str, object]:
        """As JSON data."""
        return asdict(self) | {"reach": int(self.reach)}


@dataclass(frozen=True)
class Reading:
    """One value of one channel: watts of a gauge, joules of a counter."""

    t_s: float
    channel: Channel
    value: float


class MeterError(Exception):
    """A meter cannot be read; the text says why.

    Attributes:
        advice: what would make it readable, a line or more for the user ('' if nothing would).
        there: the device has such a meter, and still it gives nothing.
    """

    def __init__(self, reason: str, advice: str = "", there: bool = True):
        super().__init__(reason)
        self.advice = advice
        self.there = there


class Gap(MeterError):
    """This reading gave no value, and the next one may."""


class Meter(ABC):
    """One kind of meter on this device.

    Attributes:
        lost: channels that cannot be read, or not any more, and why; the others still are.
        gaps: by channel, values that did not come while others did.
        name: as it stands in the configuration and in every row.
        least_period_s: reading it more often than this tells nothing.
    """

    name: str
    least_period_s: float = 0.0

    def __init__(self) -> None:
        self.lost: dict[Channel, MeterError] = {}
        self.gaps: Counter[str] = Counter()

    @abstractmethod
    def probe(self) -> list[Channel]:
        """What it can read, after having read it once.

        Raises:
            MeterError: nothing; the text is the reason.
        """

    @abstractmethod
    def read(self) -> list[Reading]:
        """The values of now, or all values that came since the last call.

        Only after :meth:`probe`.

        Raises:
            Gap: it gave nothing this time.
            MeterError: it cannot be read any more (unplugged, cut, nonsense).
        """

    def last(self, until_s: float) -> list[Reading]:
        """Values up to ``until_s`` that come late; for meters that others write."""
        return []

    def close(self) -> None:  # noqa: B027  most have nothing to let go of
        """Let go of it; readings that it has not given are lost."""


class Polled(Meter):
    """A meter whose channels are read one after the other, each at a moment of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._sources: dict[Any, Channel] = {}  # what each channel is read from
        self._missed: Counter[Any] = Counter()  # readings in a row

    @abstractmethod
    def _value(self, source: Any) -> float:
        """Watts of a gauge, joules of a counter; MeterError where it cannot be read any more."""

    def read(self) -> list[Reading]:
        readings: list[Reading] = []
        error: MeterError | None = None
        for source, channel in list(self._sources.items()):
            began_s = time.monotonic()
            try:
                readings.append(now(channel, self._value(source), began_s))
                self._missed[source] = 0
            except MeterError as found:
                error = found
                self._missed[source] += 1
                if isinstance(found, Gap) and self._missed[source] < MOST_GAPS:
                    self.gaps[channel.channel] += 1
                else:
                    self._lose(source, found)
        if error is not None and not readings:
            raise error
        return readings

    def last(self, until_s: float) -> list[Reading]:
        """The values of now: what a counter counts up to ``until_s`` is between two readings."""
        return self.read()

    def _lose(self, source: Any, error: MeterError) -> None:
        self.lost[self._sources.pop(source)] = error

    def _read_once(self) -> list[Channel]:
        """The channels that can be read. The others are lost, with what is a sum with them."""
        self.lost.clear()
        self._missed.clear()
        for left in reversed(range(PROBES)):
            try:
                given = {reading.channel for reading in self.read()}
            except Gap:
                if not left:
                    raise
                continue
            if given == set(self._sources.values()):
                break
        for source, channel in list(self._sources.items()):
            if channel not in given:
                self._lose(source, Gap(f"{channel.channel} gives no value"))
        scopes = {channel.scope for channel in self.lost}
        for source, channel in list(self._sources.items()):
            if channel.scope in scopes:
                self._lose(source, MeterError(f"{channel.channel} is one part of a sum alone"))
        if not self._sources:
            raise next(iter(self.lost.values()))
        self.gaps.clear()
        return list(self._sources.values())


@contextlib.contextmanager
def foreseen() -> Iterator[None]:
    """Turn whatever a meter raises into a MeterError: it concerns that meter alone."""
    try:
        yield
    except MeterError:
        raise
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise MeterError(
            f"reading it failed unexpectedly ({type(error).__name__}: {text})"
        ) from error


def now(channel: Channel, value: float, began_s: float) -> Reading:
    """A value that was read between ``began_s`` and now: its time is the middle.

    Raises:
        Gap: it cannot be: below 0, no number, or more than any device draws.
    """
    check(channel, value)
    return Reading((began_s + time.monotonic()) / 2, channel, value)


def check(channel: Channel, value: float) -> None:
    """Raise a :class:`Gap` where a value cannot be one of that channel."""
    most = MOST_W if channel.kind == "gauge" else MOST_J
    if not 0 <= value <= most:
        unit = "W" if channel.kind == "gauge" else "J"
        raise Gap(f"{channel.channel} says {value:g} {unit}, which cannot be")
