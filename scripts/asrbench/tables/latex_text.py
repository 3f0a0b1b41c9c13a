"""Words and figures as LaTeX prints them."""

import math
import re
import unicodedata

from asrbench.basics.digits import figure
from asrbench.tables.table_markdown import Notation

_SYMMETRIC = 0.1  # of half the interval: below it the two sides count as equally long
_SMALLEST_HALF = 1e-5
_CODE = r"\textasciigrave{}"
_PRINTED = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "`": _CODE,
        **{character: f"\\{character}" for character in "{}$&#%_"},
        "×": r"$\times$",
        "±": r"$\pm$",
        "∝": r"$\propto$",
        "≥": r"$\geq$",
        "≤": r"$\leq$",
        "–": r"\textendash{}",
        "…": r"\ldots{}",
    }
)


def escape(text: str) -> str:
    """``text`` so that LaTeX prints it as it is, in one line.

    Control characters and line breaks become single spaces. Hyphens and
    apostrophes in a row stay what they are. A first ``[`` or ``*`` is not read
    as belonging to the end of the line before.
    """
    # Categories C and Z: what is not printed, and what separates.
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    printed = " ".join(plain.split()).translate(_PRINTED)
    return re.sub(r"^[\[*]", r"{\g<0>}", re.sub(r"([-'])(?=\1)", r"\1{}", printed))


def prose(text: str) -> str:
    """A note of the Markdown: what stands between backticks is set as code."""
    pieces = escape(text).split(_CODE)
    if len(pieces) % 2 == 0:
        return escape(text)
    return "".join(rf"\texttt{{{p}}}" if i % 2 else p for i, p in enumerate(pieces))


def number(value: float) -> str:
    """A figure with three digits that count; a minus and a power of ten in mathematics."""
    if math.isinf(value):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    digits, power, exponent = figure(value).partition("e")
    return rf"${digits} \times 10^{{{int(exponent)}}}$" if power else _signed(digits)


def _signed(text: str) -> str:
    return f"${text.replace(',', '{,}')}$" if text.startswith("-") else text


def with_interval(value: float, low: float, high: float) -> str:
    """'2.17 ± 0.11' where both sides are about as long, else '2.17 [2.10, 2.90]'."""
    half = (high - low) / 2
    lopsided = abs((high - value) - (value - low)) > _SYMMETRIC * half
    if lopsided or not _SMALLEST_HALF <= half < math.inf:
        return f"{number(value)} [{number(low)}, {number(high)}]"
    decimals = max(0, 1 - math.floor(math.log10(half)))
    return rf"{_signed(f'{value:,.{decimals}f}')} $\pm$ {half:,.{decimals}f}"


NOTATION = Notation("--", escape, number, with_interval)
