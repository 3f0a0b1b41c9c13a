"""Whether texts are in a script that puts no spaces between words, as their letters tell."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

# How Unicode's names of such letters begin. Hangul is written with spaces.
_UNSPACED = (
    *("CJK ", "HIRAGANA ", "KATAKANA ", "HALFWIDTH KATAKANA ", "BOPOMOFO "),
    *("THAI ", "LAO ", "KHMER ", "MYANMAR ", "TIBETAN ", "JAVANESE ", "BALINESE ", "YI "),
)


def is_absent(texts: Iterable[str]) -> bool:
    """Whether more than half of all letters are of scripts without spaces."""
    letters = Counter(
        {c: n for c, n in Counter("".join(texts)).items() if unicodedata.category(c)[0] == "L"}
    )
    unspaced = sum(n for c, n in letters.items() if unicodedata.name(c, "").startswith(_UNSPACED))
    return 2 * unspaced > letters.total()
