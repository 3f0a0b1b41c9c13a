"""Which utterances are decoded for the word error rate: the corpus, or a sample of it."""

from asrbench.sources import corpus, sample
from asrbench.sources.corpus import Utterance


def read(path: str, max_utterances: int | None, seed: int) -> list[Utterance]:
    """Those of the list of utterances, in its order.

    Args:
        path: the list, as :mod:`asrbench.sources.corpus` writes it.
        max_utterances: how many are drawn; None: all.
        seed: of the draw.
    """
    utterances = corpus.read(path)
    return utterances if max_utterances is None else sample.draw(utterances, max_utterances, seed)
