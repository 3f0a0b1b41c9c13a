"""Word, character and sentence error rates of one variant's hypotheses."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import jiwer
import numpy as np

from asrbench.statistics import bootstrap, spacing

WER, CER = "WER", "CER"


@dataclass(frozen=True)
class Score:
    """Sums over a corpus, and rates in percent (NaN where the references hold no words).

    A rate may be above 100: insertions count as errors and not as words. ``error_rate``
    is the one that stands first.
    """

    utterances: int
    failed: int
    words: int
    hits: int
    substitutions: int
    deletions: int
    insertions: int
    error_rate: str
    wer_percent: float
    wer_low_percent: float
    wer_high_percent: float
    cer_percent: float
    cer_low_percent: float
    cer_high_percent: float
    interval_over: str
    sentence_error_percent: float


@dataclass(frozen=True)
class Counts:
    """Of words or characters, one row an utterance: each an array of shape (utterances,)."""

    total: np.ndarray
    hits: np.ndarray
    substitutions: np.ndarray
    deletions: np.ndarray
    insertions: np.ndarray

    @property
    def errors(self) -> np.ndarray:
        """Substitutions + deletions + insertions."""
        return self.substitutions + self.deletions + self.insertions

    def take(self, chosen: np.ndarray) -> "Counts":
        """Some of the utterances, by their places or by a mask."""
        return Counts(*(array[chosen] for array in astuple(self)))


@dataclass(frozen=True)
class Errors:
    """Those of words and of characters, and which utterances failed.

    ``error_rate`` is that which stands first: CER for references whose script puts no
    spaces between words, so that a word of theirs is a whole sentence.
    """

    words: Counts
    characters: Counts
    failed: np.ndarray
    error_rate: str

    @property
    def first(self) -> Counts:
        """What ``error_rate`` counts."""
        return self.characters if self.error_rate == CER else self.words

    def take(self, chosen: np.ndarray) -> "Errors":
        """Some of the utterances, by their places or by a mask."""
        parts = self.words.take(chosen), self.characters.take(chosen), self.failed[chosen]
        return Errors(*parts, self.error_rate)


def count(pairs: Iterable[tuple[str, str | None]]) -> Errors:
    """Align each (reference, hypothesis); a hypothesis of None failed: all its words are deleted.

    An empty reference has no words, and each word of its hypothesis is an insertion. A
    space is a character, but where the script has none.
    """
    pairs = list(pairs)
    unspaced = spacing.is_absent(reference for reference, _hypothesis in pairs)
    words, characters = [], []
    for reference, hypothesis in pairs:
        both = reference, hypothesis or ""
        words.append(_counted(jiwer.process_words(*both)))
        if unspaced:
            both = "".join(both[0].split()), "".join(both[1].split())
        characters.append(_counted(jiwer.process_characters(*both)))
    failed = np.array([hypothesis is None for _reference, hypothesis in pairs], dtype=bool)
    return Errors(_counts(words), _counts(characters), failed, CER if unspaced else WER)


def _counted(found: jiwer.WordOutput | jiwer.CharacterOutput) -> tuple[int, ...]:
    kinds = found.hits, found.substitutions, found.deletions
    return sum(kinds), *kinds, found.insertions


def _counts(rows: list[tuple[int, ...]]) -> Counts:
    return Counts(*np.array(rows, dtype=int).reshape(len(rows), 5).T)


def score(
    errors: Errors, seed: int = 1, units: np.ndarray | None = None, over: str = "utterances"
) -> Score:
    """Sum the errors and make the rates.

    Args:
        seed: of the bootstrap of the 95 % intervals.
        units: number of the unit of each utterance, from 0, which are resampled; shape
            (utterances,). None: each utterance by itself.
        over: what units are called.
    """
    wer, cer = (
        bootstrap.ratio(*sums(counts, units), seed=seed, over=over)
        for counts in (errors.words, errors.characters)
    )
    wrong = (errors.first.errors > 0) | errors.failed
    return Score(
        utterances=len(errors.failed),
        failed=int(errors.failed.sum()),
        words=int(errors.words.total.sum()),
        hits=int(errors.words.hits.sum()),
        substitutions=int(errors.words.substitutions.sum()),
        deletions=int(errors.words.deletions.sum()),
        insertions=int(errors.words.insertions.sum()),
        error_rate=errors.error_rate,
        wer_percent=wer.value,
        wer_low_percent=wer.low,
        wer_high_percent=wer.high,
        cer_percent=cer.value,
        cer_low_percent=cer.low,
        cer_high_percent=cer.high,
        interval_over=(cer if errors.error_rate == CER else wer).over,
        sentence_error_percent=100.0 * float(wrong.mean()) if len(wrong) else float("nan"),
    )


def sums(counts: Counts, units: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """100 × errors, and words or characters, of each unit: what the bootstrap takes."""
    if units is None:
        units = np.arange(len(counts.total))
    return (
        np.bincount(units, weights=100.0 * counts.errors),
        np.bincount(units, weights=counts.total.astype(float)),
    )
