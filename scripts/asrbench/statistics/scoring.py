"""Word, character and sentence error rates of one variant's hypotheses."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import jiwer
import numpy as np

from asrbench.statistics import bootstrap
from asrbench.statistics.interval import Interval


@dataclass(frozen=True)
class Score:
    """Sums over a corpus, and rates in percent (NaN where the references hold no words).

    A rate may be above 100: insertions count as errors and not as words.
    """

    utterances: int
    failed: int
    words: int
    hits: int
    substitutions: int
    deletions: int
    insertions: int
    wer_percent: float
    wer_low_percent: float
    wer_high_percent: float
    interval_over: str
    cer_percent: float
    sentence_error_percent: float


@dataclass(frozen=True)
class Errors:
    """One row an utterance, each an array of shape (utterances,)."""

    words: np.ndarray
    hits: np.ndarray
    substitutions: np.ndarray
    deletions: np.ndarray
    insertions: np.ndarray
    characters: np.ndarray
    character_errors: np.ndarray
    failed: np.ndarray

    @property
    def word_errors(self) -> np.ndarray:
        """Substitutions + deletions + insertions."""
        return self.substitutions + self.deletions + self.insertions

    def take(self, chosen: np.ndarray) -> "Errors":
        """Some of the utterances, by their places or by a mask."""
        return Errors(*(array[chosen] for array in astuple(self)))


def count(pairs: Iterable[tuple[str, str | None]]) -> Errors:
    """Align each (reference, hypothesis); a hypothesis of None failed: all its words are deleted.

    An empty reference has no words, and each word of its hypothesis is an insertion.
    """
    rows = []
    for reference, hypothesis in pairs:
        guess = "" if hypothesis is None else hypothesis
        word = jiwer.process_words([reference], [guess])
        letter = jiwer.process_characters([reference], [guess])
        rows.append(
            (
                word.hits + word.substitutions + word.deletions,
                word.hits,
                word.substitutions,
                word.deletions,
                word.insertions,
                letter.hits + letter.substitutions + letter.deletions,
                letter.substitutions + letter.deletions + letter.insertions,
                hypothesis is None,
            )
        )
    return Errors(*np.array(rows, dtype=int).reshape(len(rows), 8).T)


def score(
    errors: Errors, seed: int = 1, units: np.ndarray | None = None, over: str = "utterances"
) -> Score:
    """Sum the errors and make the rates.

    Args:
        seed: of the bootstrap of the 95 % interval.
        units: number of the unit of each utterance, from 0, which are resampled; shape
            (utterances,). None: each utterance by itself.
        over: what units are called.
    """
    interval = wer(errors, seed, units, over)
    wrong = (errors.word_errors > 0) | (errors.failed > 0)
    return Score(
        utterances=len(errors.words),
        failed=int(errors.failed.sum()),
        words=int(errors.words.sum()),
        hits=int(errors.hits.sum()),
        substitutions=int(errors.substitutions.sum()),
        deletions=int(errors.deletions.sum()),
        insertions=int(errors.insertions.sum()),
        wer_percent=interval.value,
        wer_low_percent=interval.low,
        wer_high_percent=interval.high,
        interval_over=interval.over,
        cer_percent=_percent(errors.character_errors.sum(), errors.characters.sum()),
        sentence_error_percent=_percent(wrong.sum(), len(wrong)),
    )


def wer(
    errors: Errors, seed: int = 1, units: np.ndarray | None = None, over: str = "utterances"
) -> Interval:
    """The word error rate alone, in percent; arguments as in :func:`score`."""
    return bootstrap.ratio(*sums(errors, units), seed=seed, over=over)


def sums(errors: Errors, units: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """100 × errors, and words, of each unit: what the bootstrap takes."""
    if units is None:
        units = np.arange(len(errors.words))
    return (
        np.bincount(units, weights=100.0 * errors.word_errors),
        np.bincount(units, weights=errors.words.astype(float)),
    )


def _percent(part: float, whole: float) -> float:
    return 100.0 * float(part) / float(whole) if whole else float("nan")
