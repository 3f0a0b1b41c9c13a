"""List the utterances of a corpus, with durations and texts, and what cannot be used.

Reads the manifest that fetch_speech.py wrote (or a folder in LibriSpeech's
layout), decodes every file to its end, and writes two tables.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.sources import corpus, speech_source
from asrbench.study import config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--speech", metavar="JSON", help="the manifest that fetch_speech.py wrote")
    source.add_argument("--folder", help="a folder in LibriSpeech's layout")
    reading = parser.add_mutually_exclusive_group(required=True)
    reading.add_argument("--config", help="the study's configuration, for speech.channels")
    reading.add_argument("--channels", choices=["refuse", "mix"], help="in place of --config")
    parser.add_argument("--out", default="results/data/utterances.csv", help="[%(default)s]")
    parser.add_argument("--rejected", default="results/data/rejected.csv", help="[%(default)s]")
    arguments = parser.parse_args()

    channels = arguments.channels or config.load(arguments.config).speech.channels
    root = arguments.folder or speech_source.read(arguments.speech)["root"]
    listing = corpus.list_corpus(root, channels)
    corpus.write(listing, arguments.out, arguments.rejected)
    if listing.utterances.empty:
        Path(arguments.out).unlink()
        raise errors.UserError(f"{root}: no utterance can be used: {listing.summary()}")
    if not listing.rejected.empty:
        errors.warn(f"{listing.summary()}; all are in {arguments.rejected}")
    hours = listing.utterances["duration_s"].sum() / 3600
    print(f"{len(listing.utterances)} utterances, {hours:.2f} h, in {arguments.out}")


if __name__ == "__main__":
    errors.run(main)
