"""Words and figures as LaTeX prints them."""

import math
import re
import unicodedata

from asrbench.basics.digits import figure

_SYMMETRIC = 0.1  # of half the interval: below it the two sides count as equally long
_SMALLEST_HALF = 1e-5
_PRINTED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    **{character: f"\\{character}" for character in "{}$&#%_"},
    "×": r"$\times$",
    "±": r"$\pm$",
    "∝": r"$\propto$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "–": r"\textendash{}",
    "…": r"\ldots{}",
}


def escape(text: str) -> str:
    """``text`` so that LaTeX prints it as it is, in one line.

    Control characters and line breaks become single spaces. Hyphens and
    apostrophes in a row stay what they are. A first ``[`` or ``*`` is not read
    as belonging to the end of the line before.
    """
    # Categories C and Z: what is not printed, and what separates.
    plain = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    plain = " ".join(plain.split())
    printed = "".join(
        f"{c}{{}}" if c == after and c in "-'" else _PRINTED.get(c, c)
        for c, after in zip(plain, (plain + " ")[1:], strict=True)
    )
    return f"{{{printed[0]}}}{printed[1:]}" if printed[:1] in ("[", "*") else printed


def prose(text: str) -> str:
    """A note of the Markdown: what stands between backticks is set as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    # Spaces at the seams, which escape() takes away, are put back.
    told = [rf"\texttt{{{escape(p)}}}" if i % 2 else _with_edges(p) for i, p in enumerate(parts)]
    return "".join(told)


def _with_edges(text: str) -> str:
    before, after = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{before}{escape(text)}{after}" if text.strip() else " " * bool(text)


def number(value: float) -> str:
    """A figure with three digits that count; a minus and a power of ten in mathematics."""
    text = figure(value)
    power = re.fullmatch(r"(.+)e([+-]\d+)", text)
    if power:
        return rf"${power[1]} \times 10^{{{int(power[2])}}}$"
    if math.isinf(value):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    return f"${text.replace(',', '{,}')}$" if text.startswith("-") else text


def with_interval(value: float, low: float, high: float) -> str:
    """'2.17 ± 0.11' where both sides are about as long, else '2.17 [2.10, 2.90]'."""
    half = (high - low) / 2
    lopsided = abs((high - value) - (value - low)) > _SYMMETRIC * half
    if lopsided or not _SMALLEST_HALF <= half < math.inf:
        return f"{number(value)} [{number(low)}, {number(high)}]"
    decimals = max(0, 1 - math.floor(math.log10(half)))
    shown = f"{value:,.{decimals}f}"
    shown = f"${shown.replace(',', '{,}')}$" if shown.startswith("-") else shown
    return rf"{shown} $\pm$ {half:,.{decimals}f}"
