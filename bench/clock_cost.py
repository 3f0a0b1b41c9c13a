"""What the clocks around the scorers cost: latency with them over latency without.

The same utterances are decoded by two recognisers, one with and one without
clocks in its search, in turn: which of the two goes first changes from one
utterance to the next, so drift of the machine hits both alike. Both use the
same tensors, so that where memory lies is no difference between them.

On a machine that others use, that ratio is sure to a few percent and no better.
Hence a second figure from the same run, which is: how often the clocks are
called, times what one costs around a method that does nothing, over latency.
"""

import argparse
import statistics
import sys
import timeit
from pathlib import Path

import numpy as np
from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from asrbench.basics import errors
from asrbench.basics.progress import Progress
from asrbench.engines.espnet import recogniser
from asrbench.engines.espnet.recogniser import Recogniser
from asrbench.engines.part_timers import PartClocks
from asrbench.statistics import repeatability
from asrbench.statistics.interval import Interval
from demonstration import CONFIG, Demonstration

AIM = 1.01
MODELS = ["lstm-full", "conformer-full"]


class Counting(PartClocks):
    """Clocks that count how often they are called."""

    calls = 0

    def _timed(self, method, part: str):
        timed = super()._timed(method, part)

        def counted(*args, **kwargs):
            self.calls += 1
            return timed(*args, **kwargs)

        return counted


def cost_of_one_s(calls: int = 200_000) -> float:
    """Seconds that a clock adds to a call, the middle one of nine tries."""
    bare = type("Bare", (), {"method": lambda self: None})
    plain, clocked = bare(), bare()
    PartClocks().watch(clocked, ["method"], "part")
    added = [
        (timeit.timeit(clocked.method, number=calls) - timeit.timeit(plain.method, number=calls))
        for _ in range(9)
    ]
    return statistics.median(added) / calls


def share_of_clocks(
    opened: Demonstration, model: str, weight: float, waveforms: list[np.ndarray]
) -> float:
    """Time of all calls of the clocks over the latency of the same utterances."""
    original, recogniser.PartClocks = recogniser.PartClocks, Counting
    try:
        counting = opened.recogniser(model, weight)
    finally:
        recogniser.PartClocks = original
    latency_s = sum(counting.transcribe(waveform).latency_s for waveform in waveforms)
    return counting.clocks.calls * cost_of_one_s() / latency_s


def share_tensors(owner: Recogniser, other: Recogniser) -> None:
    """Let the second use the first one's parameters, of which the model has the same."""
    pairs = zip(owner.model.parameters(), other.model.parameters(), strict=True)
    for mine, its in pairs:
        its.data = mine.data


def ratio(
    with_clocks: Recogniser, without: Recogniser, waveforms: list[np.ndarray], rounds: int
) -> Interval:
    """Seconds with clocks over seconds without, sum over sum, over passes in turn."""
    seconds = np.empty((2, rounds, len(waveforms)))
    with Progress("decoding", rounds * len(waveforms), "pairs") as progress:
        for round_number in range(rounds):
            for place, waveform in enumerate(waveforms):
                turn = [(0, with_clocks), (1, without)]
                for which, one in turn[:: 1 if (round_number + place) % 2 else -1]:
                    latency_s = one.transcribe(waveform).latency_s
                    seconds[which, round_number, place] = latency_s
                progress.at(round_number * len(waveforms) + place + 1)
    return repeatability.ratio(*seconds, ("passes", "")).interval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--config", type=Path, default=CONFIG, help="the study [demo/config.yaml]")
    add("--model", nargs="+", default=MODELS, help=f"[{' '.join(MODELS)}]")
    add("--ctc-weight", type=float, nargs="+", default=[0.3], help="[0.3]")
    add("--rounds", type=int, default=10, help="passes over the sample [%(default)s]")
    add("--utterances", type=int, help="of the sample [the study's]")
    arguments = parser.parse_args()

    opened = Demonstration(arguments.config)
    waveforms = list(opened.waveforms(arguments.utterances).values())
    rows = []
    for model in arguments.model:
        for weight in arguments.ctc_weight:
            pair = [opened.recogniser(model, weight, clocks) for clocks in (True, False)]
            share_tensors(*pair)
            for one in pair:
                one.transcribe(waveforms[0])
            found = ratio(*pair, waveforms, arguments.rounds)
            share = share_of_clocks(opened, model, weight, waveforms)
            held = "held" if 1 + share <= AIM and found.low <= AIM else "missed"
            paired = f"{found.value:.4f} [{found.low:.4f}, {found.high:.4f}]"
            rows.append([model, weight, paired, f"{1 + share:.5f}", held])
    heads = ["model", "CTC weight", "latency with clocks / without", "by calls", f"at most {AIM}"]
    print(f"{len(waveforms)} utterances, {arguments.rounds} rounds; in brackets: 95 % interval")
    print(tabulate(rows, heads, disable_numparse=True))


if __name__ == "__main__":
    errors.run(main)
