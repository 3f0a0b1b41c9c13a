"""Text normalisation before scoring, by the name that the configuration gives it."""

import re
import unicodedata

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


BY_NAME = {"none": none, "librispeech": librispeech}
