"""Tell how long the study will take on this device, from the pilot of each build."""

import argparse
from pathlib import Path

import numpy as np
from asrbench.basics import errors
from asrbench.basics.json_file import read_json, write_json
from asrbench.sources import corpus, wer_corpus
from asrbench.study import config
from asrbench.workflow import expected_times
from asrbench.workflow.job_times import spoken

MOST = 0.5  # of the whole: then the word error rate is worth a word


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True, help="the study's configuration")
    parser.add_argument("--pilots", type=Path, nargs="+", required=True, help="one a build")
    parser.add_argument("--utterances", required=True, help="the corpus' utterances.csv")
    parser.add_argument("--sample", required=True, help="sample.csv")
    parser.add_argument("--cores", type=int, required=True, help="cores for the word error rate")
    parser.add_argument("--out", type=Path, required=True, help="seconds of a job, by its rule")
    arguments = parser.parse_args()
    study = config.load(arguments.config)
    pilots = {path.stem: read_json(path) for path in arguments.pilots}
    sample_s = np.array([one.duration_s for one in corpus.read(arguments.sample)], float)
    chosen = wer_corpus.read(arguments.utterances, study.wer.max_utterances, study.latency.seed)
    corpus_s = np.array([one.duration_s for one in chosen], float)
    found = expected_times.of(study, pilots, sample_s, corpus_s)
    write_json(found["rules"], arguments.out)
    asked_s, fast_s = (found[name].on(arguments.cores) for name in ("wer", "wer_fast"))
    print(f"decoding the corpus: {spoken(asked_s)}", end="")
    if fast_s < MOST * asked_s:
        print(f", with engine: espnet-fast (the same words) {spoken(fast_s)}", end="")
    print(f" on {arguments.cores} cores; snakemake -n tells the rest by stage")


if __name__ == "__main__":
    errors.run(main)
