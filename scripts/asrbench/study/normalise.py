"""Text normalisation before scoring, by the name that the configuration gives it."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from whisper_normalizer.english import EnglishTextNormalizer

from asrbench.basics.errors import UserError

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"})


def none(text: str) -> str:
    """The text as it is."""
    return text


def librispeech(text: str) -> str:
    """LibriSpeech's alphabet: upper case A-Z, digits, apostrophe, single spaces.

    Accents are taken off (É becomes E), any other character becomes a space,
    so WELL-KNOWN is two words, as in LibriSpeech's transcripts.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).upper())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^A-Z0-9' ]", " ", plain).split())


def basic(text: str) -> str:
    """Any script: letters with their accents and marks, numbers, apostrophe, single spaces.

    Case and compatibility forms are folded (STRASSE is straße, ﬁ is fi). What is
    not seen, such as a joiner inside a Persian word, is taken out; any other
    character becomes a space.
    """
    folded = unicodedata.normalize("NFD", text.translate(_APOSTROPHES)).casefold()
    folded = unicodedata.normalize("NFKC", folded).casefold()
    folded = unicodedata.normalize("NFKC", folded).translate(_APOSTROPHES)
    return " ".join("".join(map(_basic, folded)).split())


def _basic(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "LMN" or character == "'":
        return character
    return "" if category == "Cf" else " "


@cache  # the references of all variants are the same texts
def english(text: str) -> str:
    """English by Whisper's rules: lower case; numbers in digits (twenty-one is 21),
    contractions in full (won't is will not), American spelling, Mr is mister; accents
    and punctuation taken off, and so are fillers (uh, hmm) and what is in brackets.
    """
    return " ".join(_whisper()(text).split())


@cache
def _whisper() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()


BY_NAME: dict[str, Callable[[str], str]] = {
    "none": none,
    "librispeech": librispeech,
    "basic": basic,
    "english": english,
}


def lost(name: str, text: str) -> list[str]:
    """Letters, their marks and decimal digits of which a normalisation leaves nothing.

    Accents (Unicode's combining marks) are none of them: some normalisations take them off.
    """
    characters = sorted(set(unicodedata.normalize("NFC", text)))
    return [c for c in characters if _says_something(c) and not _left(name, c)]


def check(name: str, references: Iterable[tuple[str, str]], origin: object) -> None:
    """Refuse a normalisation that would score less than what was said.

    Args:
        name: of the normalisation.
        references: utterance ids, and texts as they stand in the corpus.
        origin: the file that they are from.

    Raises:
        UserError: it takes letters out of a reference.
    """
    for utterance_id, text in references:
        if letters := lost(name, text):
            raise UserError(
                f"{origin}: wer.normalisation {name} takes {' '.join(letters[:8])} out of the "
                f"reference of {utterance_id}, and would score what is left; set "
                "wer.normalisation: basic, which keeps the letters of every script"
            )


@cache
def _left(name: str, character: str) -> str:
    return BY_NAME[name](character)


def _says_something(character: str) -> bool:
    category = unicodedata.category(character)
    if category[0] == "M":  # the vowels of a Hindi or Thai word
        return not unicodedata.name(character, "").startswith("COMBINING")
    return category[0] == "L" or category == "Nd"
