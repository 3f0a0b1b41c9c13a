"""How small a difference in latency the statistics of the tables can find on this machine.

Each try measures one variant three times over, as three 'variants': as it is,
as it is again, and with an artificial delay in proportion to its latency. The
first two must come out as 'no difference shown', the third as slower. Rounds
are fresh passes in one process, not fresh processes as in the workflow, so what
differs between processes (where memory lies, for one) is not in them. Where the
study's rounds find the delay too seldom, more are measured.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from asrbench.basics import errors
from asrbench.basics.progress import Progress
from asrbench.results import latency_pair
from demonstration import CONFIG, Demonstration

ONCE, AGAIN, DELAYED = "once", "again", "delayed"
ENOUGH = 0.9  # of the tries

# Given the id of an utterance, decodes it and returns the seconds that took.
Timer = Callable[[str], float]


@dataclass
class Try:
    """One small study of three variants, which more rounds can be added to."""

    number: int
    rows: dict[str, list[dict]] = field(default_factory=dict)
    rounds: int = 0

    def add_round(self, timers: dict[str, Timer], utterances: list[str]) -> None:
        """Time all utterances with each variant, in an order of its own each time."""
        self.rounds += 1
        order = random.Random(f"{self.number}/{self.rounds}")
        for name in order.sample(list(timers), len(timers)):
            for utterance in order.sample(utterances, len(utterances)):
                row = {"round": self.rounds, "utterance_id": utterance}
                row["latency_s"] = timers[name](utterance)
                self.rows.setdefault(name, []).append(row)

    def verdict(self, first: str, second: str) -> str:
        """As the table of pairs gives it."""
        return self._pair(first, second).verdict

    def rounds_for(self, delay: float) -> float:
        """Rounds after which nine of ten such tries would find a delay, by this one's interval.

        Intervals shrink with the square root of the rounds, and to lie beside 0 in nine
        of ten tries one must be short by the 1.28 deviations that a tenth lies beyond.
        """
        ratio = self._pair(AGAIN, ONCE).ratio
        reach = (ratio.high - ratio.low) / 2
        return self.rounds * (reach * (1 + 1.28 / 1.96) / delay) ** 2

    def _pair(self, first: str, second: str) -> latency_pair.Pair:
        pair = (pd.DataFrame(self.rows[name]) for name in (first, second))
        return latency_pair.compare(*pair, seed=self.number, same_run=True)


def delayed(timer: Timer, share: float) -> Timer:
    """The same, and then ``share`` of its time once more, kept busy."""

    def timed(utterance: str) -> float:
        began = time.perf_counter()
        until = began + (1 + share) * timer(utterance)
        while (now := time.perf_counter()) < until:
            pass
        return now - began

    return timed


def resolve(
    timer: Timer, utterances: list[str], tries: int, rounds: list[int], delay: float
) -> list[dict[str, object]]:
    """How often each verdict is right, after each number of rounds until the delay is found.

    Args:
        timer: of the variant.
        utterances: ids that it takes.
        tries: small studies that are made.
        rounds: numbers of rounds, rising; the last are left out where fewer are enough.
        delay: as a share of the latency.

    Returns:
        A row for each number of rounds: rounds, same (tries in which no difference was
        shown), slower (tries in which the delay was found), and by the middle try's
        interval the rounds that would be enough.
    """
    timers = {ONCE: timer, AGAIN: timer, DELAYED: delayed(timer, delay)}
    made = [Try(number) for number in range(tries)]
    found = []
    for count in rounds:
        with Progress(f"tries at {count} rounds", tries, "tries") as progress:
            for done, one in enumerate(made, start=1):
                while one.rounds < count:
                    one.add_round(timers, utterances)
                progress.at(done)
        same = sum(one.verdict(AGAIN, ONCE) == latency_pair.UNDECIDED for one in made)
        slower = sum(one.verdict(DELAYED, ONCE) == latency_pair.SLOWER for one in made)
        enough = statistics.median(one.rounds_for(delay) for one in made)
        found.append({"rounds": count, "same": same, "slower": slower, "enough": enough})
        # As it comes: the next number of rounds may take half an hour.
        print(
            f"{count} rounds: same {same}, delay found {slower} of {tries}; "
            f"by their intervals {enough:.0f} rounds are enough",
            flush=True,
        )
        if slower >= ENOUGH * tries:
            break
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--config", type=Path, default=CONFIG, help="the study [demo/config.yaml]")
    add("--model", help="the model [the study's first]")
    add("--ctc-weight", type=float, default=0.3, help="[%(default)s]")
    add("--tries", type=int, default=20, help="small studies that are made [%(default)s]")
    add("--delay", type=float, default=0.05, help="share of the latency [%(default)s]")
    add("--rounds", type=int, nargs="+", help="rising [the study's, then 5 8 12 16 24]")
    add("--utterances", type=int, help="of the sample [the study's]")
    arguments = parser.parse_args()

    opened = Demonstration(arguments.config)
    model = arguments.model or opened.study.models[0].name
    own = opened.study.latency.rounds
    rounds = arguments.rounds or [own, *(more for more in (5, 8, 12, 16, 24) if more > own)]
    waveforms = opened.waveforms(arguments.utterances)
    recogniser = opened.recogniser(model, arguments.ctc_weight)
    for waveform in waveforms.values():
        recogniser.transcribe(waveform)

    found = resolve(
        lambda utterance: recogniser.transcribe(waveforms[utterance]).latency_s,
        *(list(waveforms), arguments.tries, sorted(rounds), arguments.delay),
    )
    print(f"{model} at CTC weight {arguments.ctc_weight}, {len(waveforms)} utterances")
    same, slower = f"the same twice: {latency_pair.UNDECIDED}", f"{arguments.delay:.0%} delay found"
    rows = [
        [row["rounds"], *(f"{row[key]} of {arguments.tries}" for key in ("same", "slower"))]
        for row in found
    ]
    print(tabulate(rows, ["rounds", same, slower], disable_numparse=True))
    if found[-1]["slower"] >= ENOUGH * arguments.tries:
        print(f"{found[-1]['rounds']} rounds find a delay of {arguments.delay:.0%}")
    else:
        print(
            f"{found[-1]['rounds']} rounds are too few for a delay of {arguments.delay:.0%}; "
            f"about {found[-1]['enough']:.0f} are enough here now, by the intervals of these"
        )


if __name__ == "__main__":
    errors.run(main)
