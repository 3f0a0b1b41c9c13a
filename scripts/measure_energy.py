"""Sample power while one variant decodes the sample back to back, once.

Powertop wants root. Where no meter measures, the files say so with the reason,
and no model is loaded.
"""

import argparse
from pathlib import Path

from asrbench import corpus, energy, errors, latency, lock, powertop, variant
from asrbench.progress import Progress


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    variant.add_arguments(parser)
    parser.add_argument("--sample", default="results/data/sample.csv", help="[%(default)s]")
    parser.add_argument("--round", type=int, default=1, help="number of the round [%(default)s]")
    parser.add_argument("--out", required=True, help="folder of samples.csv and window.json")
    arguments = parser.parse_args()

    measured = variant.from_arguments(arguments)
    settings = measured.study.energy
    with lock.measuring():
        try:
            powertop.probe()
        except powertop.PowertopError as error:
            print(f"energy {measured}: no watts: {error}")
            energy.write(energy.unavailable(error), [], Path(arguments.out))
            return
        paths = corpus.read_table(arguments.sample)["path"]
        takes = [
            latency.Take({"path": path}, lambda path=path: measured.load(path)) for path in paths
        ]
        order = latency.shuffled(takes, measured.study.latency.seed, arguments.round)
        waveforms = [take.load() for take in order]
        recogniser = measured.recogniser()
        latency.warm_up(recogniser, order[: measured.study.latency.warm_up])
        seconds = round(max(settings.window_s, settings.samples))
        with Progress(f"energy {measured}", seconds, "seconds") as progress:
            window, samples = energy.measure(
                recogniser,
                waveforms,
                settings.window_s,
                settings.samples,
                lambda passed_s: progress.at(min(seconds, round(passed_s))),
            )
    if window.status != "measured":
        print(f"energy {measured}: {window.status}: {window.reason}")
    energy.write(window, samples, Path(arguments.out))


if __name__ == "__main__":
    errors.run(main)
