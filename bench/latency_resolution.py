"""How small a difference in latency one stretch of measuring a variant finds on this machine.

Each try measures one variant as three: as it is, as it is again, and with an artificial
delay in proportion to its latency. The first two must come out as 'no difference shown',
the third as slower. It does so in two ways, one after the other:

in turn    rounds, each a process that loads the three and times them utterance by utterance
           and pass by pass, judged as the table of pairs judges: what the device does for
           longer than an utterance is in all of them.
processes  a process of its own for each pass of each, one variant after the other, judged by
           Student's t over the processes' means: the way of hyperfine and pyperf. A process
           is forked from the one that has loaded the model, so that start-up costs nothing
           here; real ones would also differ by what their start-up does.

The study's question is a minute (--seconds 60), which takes seven minutes a try. An interval
narrows with the square root of the time: in the default of 7 s it is three times as wide,
and who finds the delay then finds it in a minute.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

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

T = TypeVar("T")
Load = Callable[[str], Any]  # an arm's name to a recogniser, in the process that calls it
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

    ``told`` has the ratios, their deciding intervals and what they are of.
    """

    same: str
    slower: str
    told: str

    def __str__(self) -> str:
        return f"the same twice: {self.same}; the delayed: {self.slower} ({self.told})"


def in_turn(
    load: Load, takes: list[Take], seed: int, seconds: float, rounds: int, warm_up: int
) -> Verdicts:
    """Rounds of all arms, each a process, until each arm was measured for so long."""
    chance = random.Random(seed)
    each: list[dict[str, pd.DataFrame]] = []
    for number in range(1, rounds + 1):
        # What a process does to the model that it loads first is no arm's own.
        order = chance.sample(ARMS, len(ARMS))
        measure = partial(
            _round, load, order, takes, warm_up, seed * rounds + number, seconds / rounds
        )
        found = _forked(measure)
        each.append({name: table.assign(round=number) for name, table in found.items()})
    tables = {name: pd.concat([of_round[name] for of_round in each]) for name in ARMS}
    pairs = [(AGAIN, ONCE), (DELAYED, ONCE), (DELAYED, AGAIN)]
    found = latency_pair.decided(
        [
            latency_pair.compare(tables[one], tables[other], len(ARMS), same_run=True)
            for one, other in pairs
        ],
        len(ARMS),
    )
    return Verdicts(found[0].verdict, found[1].verdict, "; ".join(map(_told, found[:2])))


def _told(pair: latency_pair.Pair) -> str:
    ratio = pair.deciding.value
    low, high = ratio * np.exp(np.array([-1, 1]) * pair.reach)
    return f"{ratio:.3f} [{low:.3f}, {high:.3f}] by the {pair.compared_by}"


def _round(
    load: Load, order: Sequence[str], takes: list[Take], warm_up: int, seed: int, seconds: float
) -> dict[str, pd.DataFrame]:
    """Of each arm what it took, in this process, for at least so many seconds."""
    arms = {name: load(name) for name in order}
    for arm in arms.values():
        for take in takes[:warm_up]:
            arm.transcribe(take.load())
    rows: dict[str, list[pd.DataFrame]] = {name: [] for name in order}
    spent_s = 0.0
    for number in count(1):
        with tempfile.TemporaryDirectory() as folder:
            columns = ["utterance_id", *latency.TIMED_COLUMNS]
            files = {name: RowFile(f"{folder}/{name}", columns, {}) for name in order}
            timed = [Timed(arms[name], files[name]) for name in order]
            again = latency.shuffled(takes, seed, number)
            latency.time_in_turn(timed, again, lambda _done: None, PeakMemory())
            for name, file in files.items():
                file.finish()
                table = pd.read_csv(f"{folder}/{name}")[["utterance_id", "latency_s"]]
                rows[name].append(table.assign(**{"pass": number}))
        spent_s += rows[ONCE][-1]["latency_s"].sum()
        if spent_s >= seconds:
            break
    return {name: pd.concat(tables) for name, tables in rows.items()}


def in_processes(load: Load, takes: list[Take], seed: int, seconds: float) -> Verdicts:
    """A process for each pass, one arm after the other, at least two of each."""
    means = {}
    for name in ARMS:
        arm = load(name)
        for take in takes:
            arm.transcribe(take.load())
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


def _forked(measure: Callable[[], T]) -> T:
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
    load: Load,
    takes: list[Take],
    tries: int,
    seconds: float,
    rounds: int = 10,
    warm_up: int = 1,
    processes_every: int = 1,
) -> list[list[object]]:
    """Rows of (way, tries in which the same was the same, tries in which the delay was found).

    Args:
        load: makes the recogniser of an arm: the variant, the same again, or with a delay.
        takes: the sample, each with its utterance_id.
        tries: how often all is repeated.
        seconds: that each arm is measured for, in each way.
        rounds: processes that share these seconds, where arms are in turn.
        warm_up: utterances that each arm decodes first in each of them.
        processes_every: in how many tries the way of processes is tried once; 0: never.
    """
    found: dict[str, list[Verdicts]] = {IN_TURN: [], PROCESSES: []}
    with Progress("tries", tries, "tries") as progress:
        for number in range(tries):
            found[IN_TURN].append(in_turn(load, takes, number, seconds, rounds, warm_up))
            if processes_every and number % processes_every == 0:
                found[PROCESSES].append(in_processes(load, takes, number, seconds))
            progress.at(number + 1)
            for way, verdicts in found.items():  # a run that is ended has told what it found
                last = verdicts[-1] if verdicts else "not tried"
                print(f"\n{way}, {len(verdicts)}: {last}", file=sys.stderr, flush=True)
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
    add("--rounds", type=int, default=10, help="processes of the way in turn [%(default)s]")
    add("--utterances", type=int, help="of the sample [the study's]")
    add(
        "--processes-every",
        type=int,
        default=1,
        metavar="TRIES",
        help="try processes once in so many tries, 0: never; half of a try is theirs [%(default)s]",
    )
    arguments = parser.parse_args()

    opened = Demonstration(arguments.config)
    model = arguments.model or opened.study.models[0].name
    waveforms = opened.waveforms(arguments.utterances)
    takes = [
        Take({"utterance_id": name}, lambda waveform=waveform: waveform)
        for name, waveform in waveforms.items()
    ]

    def load(arm: str):
        recogniser = opened.recogniser(model, arguments.ctc_weight)
        return Delayed(recogniser, arguments.delay) if arm == DELAYED else recogniser

    rows = resolve(
        load,
        takes,
        arguments.tries,
        arguments.seconds,
        arguments.rounds,
        opened.study.latency.warm_up,
        arguments.processes_every,
    )
    print(
        f"{model} at CTC weight {arguments.ctc_weight}, {len(takes)} utterances, "
        f"{arguments.seconds:g} s of measuring a variant (in turn: {arguments.rounds} rounds), "
        f"{arguments.tries} tries"
    )
    heads = ["way", f"the same twice: {latency_pair.UNDECIDED}", f"{arguments.delay:.0%} found"]
    print(tabulate(rows, heads, disable_numparse=True))


if __name__ == "__main__":
    errors.run(main)
