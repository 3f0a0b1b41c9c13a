"""How small a difference in latency one stretch of measuring a variant finds on this machine.

Each try measures one variant as three: as it is, as it is again, and with an artificial
delay in proportion to its latency. The first two must come out as 'no difference shown',
the third as slower. It does so in two ways, one after the other:

in turn    the three in one process, utterance by utterance and pass by pass, judged as the
           table of pairs judges: what the device does for longer than an utterance is in
           all of them.
processes  a process of its own for each pass of each, one variant after the other, judged by
           Student's t over the processes' means: the way of hyperfine and pyperf. A process
           is forked from the one that has loaded the model, so that start-up costs nothing
           here; real ones would also differ by what their start-up does.

The study's question is a minute (--seconds 60), which takes six minutes a try. An interval
narrows with the square root of the time: in the default of 7 s it is three times as wide,
and who finds the delay then finds it in a minute.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from asrbench.basics import errors
from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.measure import latency
from asrbench.measure.latency import Take, Timed
from asrbench.measure.peak_memory import PeakMemory
from asrbench.results import latency_pair
from demonstration import CONFIG, Demonstration

ONCE, AGAIN, DELAYED = ARMS = "once", "again", "delayed"
IN_TURN, PROCESSES = "in turn", "processes"


class Delayed:
    """A recogniser that keeps busy for ``share`` of its own time once more."""

    def __init__(self, recogniser, share: float):
        self._recogniser, self._share = recogniser, share
        self.sample_rate_hz, self.frames = recogniser.sample_rate_hz, recogniser.frames
        self.processor = recogniser.processor

    def transcribe(self, waveform: np.ndarray):
        began = time.perf_counter()
        found = self._recogniser.transcribe(waveform)
        until = began + (1 + self._share) * found.latency_s
        while (now := time.perf_counter()) < until:
            pass
        return replace(found, latency_s=now - began)


@dataclass(frozen=True)
class Verdicts:
    """Of one try and way: what the same twice, and the delayed against the first, came out as.

    ``told`` has the latter's ratio, its interval and what it is of.
    """

    same: str
    slower: str
    told: str

    def __str__(self) -> str:
        return f"the same twice: {self.same}; the delayed: {self.slower} ({self.told})"


def in_turn(arms: Sequence, takes: list[Take], seed: int, seconds: float) -> Verdicts:
    """All arms in this process until each was measured for so long, at least two passes."""
    spent_s, rows = 0.0, {name: [] for name in ARMS}
    for number in count(1):
        order = latency.shuffled(takes, seed, number)
        with tempfile.TemporaryDirectory() as folder:
            files = [
                RowFile(f"{folder}/{name}", ["utterance_id", *latency.TIMED_COLUMNS], {})
                for name in ARMS
            ]
            timed = [Timed(arm, file) for arm, file in zip(arms, files, strict=True)]
            latency.time_in_turn(timed, order, lambda _done: None, PeakMemory())
            for name, file in zip(ARMS, files, strict=True):
                file.finish()
                table = pd.read_csv(f"{folder}/{name}")[["utterance_id", "latency_s"]]
                rows[name].append(table.assign(**{"round": 1, "pass": number}))
        spent_s += rows[ONCE][-1]["latency_s"].sum()
        if number > 1 and spent_s >= seconds:
            break
    tables = {name: pd.concat(each, ignore_index=True) for name, each in rows.items()}
    pairs = [(AGAIN, ONCE), (DELAYED, ONCE), (DELAYED, AGAIN)]
    found = latency_pair.decided(
        [
            latency_pair.compare(tables[one], tables[other], len(ARMS), same_run=True)
            for one, other in pairs
        ],
        len(ARMS),
    )
    ratio = found[1].deciding.value
    low, high = ratio * np.exp(np.array([-1, 1]) * found[1].reach)
    told = f"{ratio:.3f} [{low:.3f}, {high:.3f}] by the {found[1].compared_by}"
    return Verdicts(found[0].verdict, found[1].verdict, told)


def in_processes(arms: Sequence, takes: list[Take], seed: int, seconds: float) -> Verdicts:
    """A process for each pass, one arm after the other, at least two of each."""
    means = {}
    for name, arm in zip(ARMS, arms, strict=True):
        each: list[float] = []
        while len(each) < 2 or sum(each) * len(takes) < seconds:
            order = latency.shuffled(takes, seed, len(each))
            each.append(_forked(lambda order=order, arm=arm: _mean_s(arm, order)))
        means[name] = each
    ratio = np.mean(means[DELAYED]) / np.mean(means[ONCE])
    told = f"{ratio:.3f}, {len(means[ONCE])} processes each"
    return Verdicts(*(_by_t(means[name], means[ONCE]) for name in (AGAIN, DELAYED)), told)


def _mean_s(arm, takes: list[Take]) -> float:
    return float(np.mean([arm.transcribe(take.load()).latency_s for take in takes]))


def _forked(measure: Callable[[], float]) -> float:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=lambda: theirs.send(measure()))
    process.start()
    theirs.close()
    found = ours.recv()
    process.join()
    return found


def _by_t(first: list[float], second: list[float]) -> str:
    found = stats.ttest_ind(first, second)
    if not found.pvalue < 0.05:
        return latency_pair.UNDECIDED
    return latency_pair.SLOWER if found.statistic > 0 else latency_pair.FASTER


def resolve(
    arms: Sequence, takes: list[Take], tries: int, seconds: float, processes_every: int = 1
) -> list[list[object]]:
    """Rows of (way, tries in which the same was the same, tries in which the delay was found).

    Args:
        arms: recognisers: one, the same again, the same with a delay.
        takes: the sample, each with its utterance_id.
        tries: how often all is repeated.
        seconds: that each arm is measured for, in each way.
        processes_every: in how many tries the way of processes is tried once.
    """
    found: dict[str, list[Verdicts]] = {IN_TURN: [], PROCESSES: []}
    with Progress("tries", tries, "tries") as progress:
        for number in range(tries):
            found[IN_TURN].append(in_turn(arms, takes, number, seconds))
            if number % processes_every == 0:
                found[PROCESSES].append(in_processes(arms, takes, number, seconds))
            progress.at(number + 1)
            for way, verdicts in found.items():  # a run that is ended has told what it found
                print(f"\n{way}, {len(verdicts)}: {verdicts[-1]}", file=sys.stderr, flush=True)
    return [
        [
            way,
            *(
                f"{sum(told)} of {len(verdicts)}"
                for told in (
                    [each.same == latency_pair.UNDECIDED for each in verdicts],
                    [each.slower == latency_pair.SLOWER for each in verdicts],
                )
            ),
        ]
        for way, verdicts in found.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--config", type=Path, default=CONFIG, help="the study [demo/config.yaml]")
    add("--model", help="the model [the study's first]")
    add("--ctc-weight", type=float, default=0.3, help="[%(default)s]")
    add("--tries", type=int, default=20, help="small studies that are made [%(default)s]")
    add("--delay", type=float, default=0.05, help="share of the latency [%(default)s]")
    add("--seconds", type=float, default=7, help="of measuring a variant in a try [%(default)s]")
    add("--utterances", type=int, help="of the sample [the study's]")
    add(
        "--processes-every",
        type=int,
        default=1,
        metavar="TRIES",
        help="try processes once in so many tries: half of a try's time is theirs [%(default)s]",
    )
    arguments = parser.parse_args()

    opened = Demonstration(arguments.config)
    model = arguments.model or opened.study.models[0].name
    waveforms = opened.waveforms(arguments.utterances)
    takes = [
        Take({"utterance_id": name}, lambda waveform=waveform: waveform)
        for name, waveform in waveforms.items()
    ]
    arms = [opened.recogniser(model, arguments.ctc_weight) for _ in ARMS]
    arms[2] = Delayed(arms[2], arguments.delay)
    for arm in arms:
        for take in takes:
            arm.transcribe(take.load())
    rows = resolve(arms, takes, arguments.tries, arguments.seconds, arguments.processes_every)
    print(
        f"{model} at CTC weight {arguments.ctc_weight}, {len(takes)} utterances, "
        f"{arguments.seconds:g} s of measuring a variant, {arguments.tries} tries"
    )
    heads = ["way", f"the same twice: {latency_pair.UNDECIDED}", f"{arguments.delay:.0%} found"]
    print(tabulate(rows, heads, disable_numparse=True))


if __name__ == "__main__":
    errors.run(main)
