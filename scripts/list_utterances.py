"""List the utterances of a corpus, with durations and texts, and what cannot be used.

Reads the manifest that fetch_speech.py wrote (or a folder or manifest of speech),
decodes every file to its end, and writes two tables.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.sources import listing, speech_source
from asrbench.study import config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--speech", metavar="JSON", help="the manifest that fetch_speech.py wrote")
    source.add_argument("--folder", help="a folder of speech, or a manifest of it")
    reading = parser.add_mutually_exclusive_group(required=True)
    reading.add_argument(
        "--config", help="the study's configuration, for speech.channels and longest_s"
    )
    reading.add_argument("--channels", choices=["refuse", "mix"], help="in place of --config")
    parser.add_argument("--out", default="results/data/utterances.csv", help="[%(default)s]")
    parser.add_argument("--rejected", default="results/data/rejected.csv", help="[%(default)s]")
    arguments = parser.parse_args()

    channels, longest_s = arguments.channels, None
    if arguments.config:
        speech = config.load(arguments.config).speech
        channels = speech.channels
        longest_s = speech.longest_s if speech.longer == "refuse" else None
    root = arguments.folder or speech_source.read(arguments.speech)["root"]
    found = listing.list_corpus(root, channels, longest_s)
    found.write(arguments.out, arguments.rejected)
    if found.utterances.empty:
        Path(arguments.out).unlink()
        raise errors.UserError(f"{root}: no utterance can be used: {found.summary()}")
    if not found.rejected.empty:
        errors.warn(f"{found.summary()}; all are in {arguments.rejected}")
    hours = found.utterances["duration_s"].sum() / 3600
    print(f"{len(found.utterances)} utterances, {hours:.2f} h, in {arguments.out}")


if __name__ == "__main__":
    errors.run(main)
