"""Decode the corpus with one variant: hypotheses beside references.

Lines are written as they come: a run that was killed goes on at the next
utterance when it is called again. Random weights write no words: their file
says so.
"""

import argparse

from asrbench import corpus, decode, errors, relevant, sample, variant
from asrbench.part_file import PartFile
from asrbench.progress import Progress


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    variant.add_arguments(parser)
    parser.add_argument("--utterances", default="results/data/utterances.csv", help="[%(default)s]")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads [%(default)s]")
    parser.add_argument("--out", required=True, help="the JSON lines of hypotheses")
    arguments = parser.parse_args()

    decoded = variant.from_arguments(arguments)
    study = decoded.study
    if decoded.model.weights == "random":
        decode.write_not_applicable(arguments.out)
        return
    utterances = corpus.read_table(arguments.utterances)
    if study.wer.max_utterances is not None:
        utterances = sample.draw(utterances, study.wer.max_utterances, study.latency.seed)
    out = PartFile(arguments.out, relevant.decoding(study, decoded.model.name, decoded.ctc_weight))
    recogniser = decoded.recogniser(arguments.threads)
    with Progress(f"decoding {decoded}", len(utterances), "utterances") as progress:
        progress.start_at(len(out.found))
        decode.decode(recogniser, utterances, decoded.load, out, progress.at)
    out.finish()


if __name__ == "__main__":
    errors.run(main)
