"""What a user is told of the meters of a device: readings of now, reasons, advice."""

import textwrap
import time

from asrbench.meters import catalogue
from asrbench.meters.catalogue import Probed
from asrbench.meters.interface import Channel, Meter, MeterError, Reading, foreseen

# Powertop's first report takes about 4 s; a meter that others write may say nothing for longer.
TRIAL_S = 8.0
# Two readings of a counter, this far apart, make watts.
COUNTED_S = 1.0


def lines(found: list[Probed]) -> list[str]:
    """The whole answer: what measures, what is there and does not, what is not there."""
    there = catalogue.ranked([channel for probed in found for channel in probed.channels])
    text = []
    if there:
        watts = _trial([probed.meter for probed in found if probed.channels])
        text.append("Meters that measure here, the preferred first:")
        text += [f"  {_channel(channel)}: {watts(channel)}" for channel in there]
        text += ["", "Watts of different scopes are never compared or added."]
    else:
        text.append("No meter measures here: energy columns stay empty, and say why.")
        text.append("CPU seconds per second of audio are given instead.")
    errors = [(each.meter.name, error) for each in found for error in catalogue.errors(each)]
    refused = [pair for pair in errors if pair[1].there or pair[1].advice]
    if refused:
        text += ["", "What could measure, and does not:"]
    for name, error in refused:
        text.append(f"  {name}: {error}")
        if error.advice:
            text.append(textwrap.indent(error.advice, "    "))
    if len(refused) < len(errors):
        text += ["", "What is not there:"]
        text += [f"  {name}: {error}" for name, error in errors if (name, error) not in refused]
    return text


def _channel(channel: Channel) -> str:
    kind = "estimate" if channel.estimated else channel.kind
    wrap = f", begins again after {channel.wrap_j:.6g} J" if channel.wrap_j else ""
    return (
        f"{channel.meter} {channel.channel}, {channel.scope} "
        f"({kind}, new every {channel.update_s:g} s{wrap})"
    )


def _trial(meters: list[Meter]):
    """Read every meter for a while; gives a function from a channel to words."""
    readings: dict[Channel, list[Reading]] = {}
    failures: dict[str, str] = {}
    waiting = {meter.name: meter for meter in meters}
    end_s = time.monotonic() + TRIAL_S
    while waiting and time.monotonic() < end_s:
        for name, meter in list(waiting.items()):
            try:
                with foreseen():
                    taken = meter.read()
                for reading in taken:
                    readings.setdefault(reading.channel, []).append(reading)
            except MeterError as error:
                failures[name] = str(error)
            ours = [taken for channel, taken in readings.items() if channel.meter == name]
            if name in failures or (ours and all(_enough(taken) for taken in ours)):
                del waiting[name]
        time.sleep(0.1)

    def words(channel: Channel) -> str:
        taken = readings.get(channel, [])
        if channel.meter in failures:
            return f"cannot be read: {failures[channel.meter]}"
        if not taken or not _enough(taken):
            return f"no reading within {TRIAL_S:g} s"
        if channel.kind == "gauge":
            return f"{taken[-1].value:.4g} W now"
        joules = taken[-1].value - taken[0].value
        if joules < 0:
            return "has just begun again"
        return f"{joules / (taken[-1].t_s - taken[0].t_s):.4g} W now"

    return words


def _enough(taken: list[Reading]) -> bool:
    if taken[0].channel.kind == "gauge":
        return True
    return taken[-1].t_s - taken[0].t_s >= COUNTED_S
