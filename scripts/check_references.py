"""See that the text normalisation keeps every letter of the references, before anything is decoded.

Writes how many utterances and words will be scored.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.basics.json_file import write_json
from asrbench.sources import wer_corpus
from asrbench.study import config, normalise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="the study's configuration")
    parser.add_argument("--utterances", default="results/data/utterances.csv", help="[%(default)s]")
    parser.add_argument("--out", default="results/data/references.json", help="[%(default)s]")
    arguments = parser.parse_args()

    study = config.load(arguments.config)
    name = study.wer.normalisation
    utterances = wer_corpus.read(arguments.utterances, study.wer.max_utterances, study.latency.seed)
    references = [(one.utterance_id, one.text) for one in utterances]
    normalise.check(name, references, arguments.utterances)
    words = sum(len(normalise.BY_NAME[name](text).split()) for _id, text in references)
    counts = {"normalisation": name, "utterances": len(references), "words": words}
    write_json(counts, Path(arguments.out))


if __name__ == "__main__":
    errors.run(main)
