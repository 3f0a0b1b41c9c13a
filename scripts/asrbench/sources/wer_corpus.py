"""Which utterances are decoded for the word error rate: the corpus, or a sample of it."""

import pandas as pd

from asrbench.sources import corpus, sample
from asrbench.study.config import Study


def read(study: Study, path: str) -> pd.DataFrame:
    """Rows of the list of utterances, in its order.

    Args:
        study: says how many are drawn, and by which seed.
        path: the list, as :mod:`asrbench.sources.corpus` writes it.
    """
    utterances = corpus.read_table(path)
    if study.wer.max_utterances is None:
        return utterances
    return sample.draw(utterances, study.wer.max_utterances, study.latency.seed)
