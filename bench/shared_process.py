"""Whether two builds should share a measuring process: the error for the same minutes.

Noise of this host is replayed: its slowness over time, as one short input that is decoded
again and again finds it (--record). Beside it stands a simulated quiet device: 1.5 %
between processes and 0.5 % between utterances. Two builds that are equally fast are compared
by the ratio of their means, of which the error is told:

    apart     each build in a process of its own, one after the other
    together  both loaded into one process, in turn utterance by utterance
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from asrbench.basics import errors
from demonstration import CONFIG, Demonstration

STUDIES = 2000
UTTERANCES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("--record", type=float, metavar="SECONDS", help="record the noise of this host first")
    add("--noise", type=Path, default=Path("noise.json"), help="of which file [%(default)s]")
    add("--minutes", type=float, nargs="+", default=[1, 2, 5], help="of measuring both")
    add("--start-s", type=float, default=5.0, help="a process with one build [%(default)s]")
    add("--load-s", type=float, default=1.0, help="another build in it [%(default)s]")
    add("--utterance-s", type=float, default=0.4, help="mean latency [%(default)s]")
    add("--passes", type=int, default=3, help="of the sample in a process [%(default)s]")
    arguments = parser.parse_args()
    arguments.noise = arguments.noise.resolve()  # opening the demonstration changes the folder
    if arguments.record:
        _record(arguments.record, arguments.noise)
    recorded = json.loads(arguments.noise.read_text(encoding="utf-8"))
    host = np.array(recorded["slowness"]), float(recorded["step_s"])
    rows = []
    for minutes in arguments.minutes:
        for device, noise in (("this host", host), ("quiet device", None)):
            errors_of = [_error(arguments, noise, minutes, together) for together in (False, True)]
            rows.append([device, minutes, *(f"{100 * each:.2f} %" for each in errors_of)])
    print(tabulate(rows, ["noise", "minutes", "apart", "together"]))


def _record(seconds: float, path: Path) -> None:
    opened = Demonstration(CONFIG)
    recogniser = opened.recogniser("lstm-demo", 1.0)
    waveform = min(opened.waveforms(UTTERANCES).values(), key=len)
    recogniser.transcribe(waveform)
    taken, began_s = [], time.perf_counter()
    while time.perf_counter() - began_s < seconds:
        taken.append(recogniser.transcribe(waveform).latency_s)
    slowness = np.array(taken) / np.mean(taken)
    step_s = (time.perf_counter() - began_s) / len(taken)
    path.write_text(json.dumps({"step_s": step_s, "slowness": slowness.tolist()}))


def _error(arguments, noise, minutes: float, together: bool) -> float:
    """The standard deviation of the log ratio of two equal builds over many studies."""
    chance = np.random.default_rng(1)
    work_s = arguments.passes * UTTERANCES * arguments.utterance_s
    if together:
        cycle_s = arguments.start_s + arguments.load_s + 2 * work_s
    else:
        cycle_s = 2 * (arguments.start_s + work_s)
    rounds = max(1, int(60 * minutes / cycle_s))
    ratios = [_ratio(arguments, noise, rounds, cycle_s, together, chance) for _ in range(STUDIES)]
    return float(np.std(ratios))


def _ratio(arguments, noise, rounds: int, cycle_s: float, together: bool, chance) -> float:
    each = arguments.passes * UTTERANCES
    sums = np.zeros(2)
    begin_s = chance.uniform(0, 1e4)
    for number in range(rounds):
        at_s = begin_s + number * cycle_s + arguments.start_s
        if together:
            at_s += arguments.load_s
            times = at_s + arguments.utterance_s * np.arange(2 * each)
            slow = _slowness(noise, times, chance)
            sums += slow[0::2].sum(), slow[1::2].sum()
        else:
            for build in (0, 1):
                times = at_s + arguments.utterance_s * np.arange(each)
                sums[build] += _slowness(noise, times, chance).sum()
                at_s += each * arguments.utterance_s + arguments.start_s
    return float(np.log(sums[0] / sums[1]))


def _slowness(noise, times_s: np.ndarray, chance) -> np.ndarray:
    """How slow the device is at each of these moments of one process, 1 being usual."""
    if noise is None:
        return np.exp(chance.normal(0, 0.015) + chance.normal(0, 0.005, len(times_s)))
    slowness, step_s = noise
    return slowness[(times_s / step_s).astype(int) % len(slowness)]


if __name__ == "__main__":
    errors.run(main)
