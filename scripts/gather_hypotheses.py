"""Put the shards of one variant's hypotheses together, in the order of the corpus.

Random weights write no words and have no shards: the file says so.
"""

import argparse

from asrbench.basics import errors
from asrbench.results import hypotheses_file
from asrbench.sources import wer_corpus
from asrbench.study.job import Job


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--job", required=True, help="what was decoded, by describe_job.py")
    parser.add_argument("--utterances", default="results/data/utterances.csv", help="[%(default)s]")
    parser.add_argument(
        "--shards", nargs="*", default=[], help="their hypotheses; none: random weights"
    )
    parser.add_argument("--out", required=True, help="the JSON lines of hypotheses")
    arguments = parser.parse_args()

    job = Job.parse(arguments.job)
    if not arguments.shards:
        hypotheses_file.write_not_applicable(arguments.out)
        return
    utterances = wer_corpus.read(arguments.utterances, job.max_utterances, job.seed)
    wanted = [one.utterance_id for one in utterances]
    hypotheses_file.gather(arguments.shards, wanted, arguments.out)


if __name__ == "__main__":
    errors.run(main)
