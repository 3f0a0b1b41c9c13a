"""Draw the utterances that every variant is measured on, spread over durations.

The same seed gives the same utterances everywhere, whatever the order of the table.
"""

import argparse

import pandas as pd
from asrbench.basics import errors
from asrbench.sources import corpus, sample
from asrbench.study import config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--utterances", metavar="CSV", default="results/data/utterances.csv")
    parser.add_argument("--config", help="gives latency.utterances and latency.seed")
    parser.add_argument("--count", type=int, help="how many, in place of latency.utterances")
    parser.add_argument("--seed", type=int, help="seed of the draw, in place of latency.seed")
    parser.add_argument("--out", default="results/data/sample.csv", help="[%(default)s]")
    arguments = parser.parse_args()
    count, seed, above_s = arguments.count, arguments.seed, None
    if count is None or seed is None:
        if arguments.config is None:
            parser.error("give --config, or both --count and --seed")
        study = config.load(arguments.config)
        latency, above_s = study.latency, study.speech.cut_above_s()
        count = latency.utterances if count is None else count
        seed = latency.seed if seed is None else seed
    if count < 1:
        parser.error(f"--count {count}: must be at least 1")

    speech = corpus.read(arguments.utterances)
    if above_s is not None:  # what is decoded in pieces is not one input of a clock
        speech = [one for one in speech if one.duration_s <= above_s]
        if not speech:
            raise errors.UserError(
                f"{arguments.utterances}: every utterance is longer than speech.longest_s "
                f"({above_s:g} s), and none is left to be timed; raise it"
            )
    drawn = sample.draw(speech, count, seed)
    corpus.write_table(pd.DataFrame(drawn), arguments.out)
    if len(drawn) < count:
        print(f"{count} utterances were asked for, the corpus has {len(speech)}: all are taken")
    print(
        f"{len(drawn)} utterances, {sum(one.duration_s for one in drawn):.1f} s, in {arguments.out}"
    )


if __name__ == "__main__":
    errors.run(main)
