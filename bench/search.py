"""The fast search against ESPnet's, in one run: time and peak memory, full-size architectures.

    python bench/search.py [--models …] [--ctc-weights …] [--repeats N]

The two engines take turns on the same waveform, in this one process, on one thread,
and who goes first changes from pair to pair: whatever slows this machine down for
a while slows both. A ratio is of one pair; what is printed is the median of the
pairs, with the smallest and the largest. Latency is the whole way from waveform to
text, the encoder included, which both engines share. The ratio of CPU seconds stands
beside: on a machine that others use too, it is the steadier of the two. Peak memory
is that of fresh processes, taking turns too, from after the model was loaded.

Exit status 1 where hypotheses differ (two hypotheses with the same score are a tie
and are named) or a ratio is below its bar.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import torch  # noqa: E402
from asrbench.engines.espnet.recogniser import Recogniser  # noqa: E402
from asrbench.engines.interface import Transcript  # noqa: E402
from asrbench.sources import audio  # noqa: E402
from asrbench.sources.manifest import Manifest  # noqa: E402
from asrbench.study import config  # noqa: E402

ENGINES = ("espnet", "espnet-fast")
MODELS = ("conformer-full", "lstm-full")
# ESPnet's latency by that of the fast search, at least; 8 is the aim for the first two.
BARS = {
    ("conformer-full", "0.0"): 5.0,
    ("conformer-full", "0.3"): 5.0,
    ("conformer-full", "1.0"): 20.0,
    ("lstm-full", "0.0"): 5.0,
    ("lstm-full", "0.3"): 5.0,
    ("lstm-full", "1.0"): 5.0,
}
# Fast by ESPnet, at most: the middle of several processes, since two of one engine differ by a
# few tenths of a percent.
MEMORY_BAR = 1.0
# Scores that are as close as this are equal but for the order in which floats were added.
TIE = 2e-6


@dataclass(frozen=True)
class Run:
    """One decoding: what came out, and what the process spent on it."""

    transcript: Transcript
    cpu_s: float


def main() -> int:
    arguments = _arguments()
    torch.set_num_threads(1)
    if arguments.peak_of:
        print(_peak_mb(arguments))
        return 0
    print(f"load of this machine before: {os.getloadavg()[0]:.2f} of {os.cpu_count()} cores")
    good = True
    for model in arguments.models:
        for weight in arguments.ctc_weights:
            good &= _compare(arguments, model, weight)
    print(f"load of this machine after: {os.getloadavg()[0]:.2f}")
    return 0 if good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    parser.add_argument(
        "--ctc-weights", nargs="+", default=["0.0", "0.3", "1.0"], type=config.weight_text
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="of audio [%(default)s]")
    parser.add_argument("--beam-size", type=int, default=20, help="[%(default)s]")
    parser.add_argument("--repeats", type=int, default=5, help="pairs [%(default)s]")
    parser.add_argument("--processes", type=int, default=3, help="an engine [%(default)s]")
    parser.add_argument("--no-memory", action="store_true", help="leave out the fresh processes")
    parser.add_argument("--peak-of", choices=ENGINES, help=argparse.SUPPRESS)
    return parser.parse_args()


def _recogniser(arguments: argparse.Namespace, name: str, weight: str, engine: str) -> Recogniser:
    study = config.load(ROOT / "demo/config.yaml")
    folder = ROOT / "demo" / study.model(name).source
    os.chdir(folder)
    return Recogniser(
        Manifest(name, "random", folder / "config.yaml", None, None),
        {"ctc_weight": weight, "beam_size": arguments.beam_size, "engine": engine},
        tokens_per_second=study.model(name).tokens_per_second,
        clocks_in_search=False,
    )


def _speech(seconds: float):
    """The demo's utterances, one after the other, cut at that many seconds."""
    import numpy as np

    pieces, samples = [], 0
    for path in sorted((ROOT / "demo/speech").rglob("*.flac")):
        pieces.append(audio.load(path, 16000, "refuse"))
        samples += len(pieces[-1])
        if samples >= seconds * 16000:
            break
    return np.concatenate(pieces)[: round(seconds * 16000)]


def _compare(arguments: argparse.Namespace, model: str, weight: str) -> bool:
    waveform = _speech(arguments.seconds)
    engines = {name: _recogniser(arguments, model, weight, name) for name in ENGINES}
    for recogniser in engines.values():
        recogniser.transcribe(waveform[:16000])
    pairs: list[dict[str, Run]] = []
    for number in range(arguments.repeats):
        order = ENGINES if number % 2 == 0 else ENGINES[::-1]
        pairs.append({name: _run(engines[name], waveform) for name in order})
    ratio = _ratios(pairs, lambda run: run.transcript.latency_s)
    cpu_ratio = _ratios(pairs, lambda run: run.cpu_s)
    bar = BARS[model, weight]
    good = statistics.median(ratio) >= bar
    print(
        f"{model} ctc{weight}: "
        f"{_seconds(pairs, 'espnet')} against {_seconds(pairs, 'espnet-fast')}: "
        f"{_spread(ratio)} (CPU time {_spread(cpu_ratio)}), "
        f"bar {bar:g} ×: {'reached' if good else 'NOT REACHED'}; {_hypotheses(pairs[0])}",
        flush=True,
    )
    good &= "DIFFERENT" not in _hypotheses(pairs[0])
    if not arguments.no_memory:
        del engines, recogniser
        good &= _memory(arguments, model, weight)
    return good


def _run(recogniser: Recogniser, waveform) -> Run:
    began_s = time.process_time()
    transcript = recogniser.transcribe(waveform)
    return Run(transcript, time.process_time() - began_s)


def _ratios(pairs: list[dict[str, Run]], cost) -> list[float]:
    return [cost(pair["espnet"]) / cost(pair["espnet-fast"]) for pair in pairs]


def _spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.1f} × [{min(ratios):.1f}, {max(ratios):.1f}]"


def _seconds(pairs: list[dict[str, Run]], engine: str) -> str:
    latency = statistics.median(pair[engine].transcript.latency_s for pair in pairs)
    encode = statistics.median(pair[engine].transcript.encode_s for pair in pairs)
    return f"{engine} {latency:.2f} s (encoder {encode:.2f} s)"


def _hypotheses(pair: dict[str, Run]) -> str:
    espnet, fast = pair["espnet"].transcript, pair["espnet-fast"].transcript
    scores = f"{espnet.score:.4f} and {fast.score:.4f}"
    if espnet.text == fast.text:
        return f"same {espnet.tokens} tokens, scores {scores}"
    tie = abs(espnet.score - fast.score) <= TIE * abs(espnet.score)
    return f"{'a tie' if tie else 'DIFFERENT HYPOTHESES'}, scores {scores}"


def _memory(arguments: argparse.Namespace, model: str, weight: str) -> bool:
    peaks = {engine: [] for engine in ENGINES}
    for number in range(arguments.processes):
        for engine in ENGINES if number % 2 == 0 else ENGINES[::-1]:
            command = [sys.executable, __file__, "--peak-of", engine, "--models", model]
            command += ["--ctc-weights", weight, "--seconds", str(arguments.seconds)]
            command += ["--beam-size", str(arguments.beam_size)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            peaks[engine].append(float(done.stdout.split()[-1]))
    middle = {engine: statistics.median(found) for engine, found in peaks.items()}
    ratio = middle["espnet-fast"] / middle["espnet"]
    # Two processes of one engine differ by more than two engines may: see the spread.
    apart = min(peaks["espnet-fast"]) > max(peaks["espnet"])
    good = ratio <= MEMORY_BAR or not apart
    verdict = (
        "reached" if ratio <= MEMORY_BAR else "NOT REACHED" if apart else "no difference shown"
    )
    each = ", ".join(
        f"{engine} {middle[engine]:.1f} MB [{min(found):.1f}, {max(found):.1f}]"
        for engine, found in peaks.items()
    )
    print(
        f"    peak memory: {each}: {ratio:.4f} ×, bar {MEMORY_BAR:.1f} ×: {verdict}",
        flush=True,
    )
    return good


def _peak_mb(arguments: argparse.Namespace) -> float:
    """Of this process, the model's loading left out; one utterance, as a fresh process has it."""
    recogniser = _recogniser(
        arguments, arguments.models[0], arguments.ctc_weights[0], arguments.peak_of
    )
    waveform = _speech(arguments.seconds)
    # Linux: the peak is set back to what is in use now.
    Path("/proc/self/clear_refs").write_text("5")
    recogniser.transcribe(waveform)
    status = Path("/proc/self/status").read_text()
    peak_kb = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak_kb) / 1000


if __name__ == "__main__":
    sys.exit(main())
