"""The figures of the page: those of results/plots, with their words under the pointer."""

import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from asrbench.report.facts import Facts
from asrbench.report.inputs import STREAMING
from asrbench.report.sections import why_no_energy
from asrbench.tables import error_rate

_BARS = "whiskers are 95 % intervals, with an arrow where they leave the axes"
_FRONT = (
    "Down and to the left is better. The line is the Pareto front of these two figures; the area "
    f"of a mark grows with the parameters in use; {_BARS}."
)
_HOLLOW = " Hollow marks: the published study."
_WER = "Word error rate"  # or that of characters, where it stands first
# Name, title and note, in the order of the page.
_SHOWN = {
    "latency": (
        "Latency of each variant, and its parts",
        f"The figure at the end of a bar is the mean of the whole; {_BARS}.",
    ),
    "wer_vs_latency": (f"{_WER} against latency", _FRONT + _HOLLOW),
    "latency_vs_frames": (
        "Latency against the length of the input",
        f"A frame is one step of the model's own front end; {_BARS}. The words below a panel say "
        "with which power of the length latency grows.",
    ),
    "streaming": (
        "Waiting for words while somebody speaks",
        "Left: from the start of speech to the first words; middle: from its end to the text that "
        f"stays; right: how long after its coming a piece was done. {_BARS[0].upper()}{_BARS[1:]}.",
    ),
    "energy": (
        "Energy of each variant",
        f"Mean watts × mean latency; {_BARS}.",
    ),
    "wer_vs_energy": (f"{_WER} against energy", _FRONT + _HOLLOW),
    "energy_vs_frames": (
        "Energy against the length of the input",
        f"Mean watts of the variant × its latency at that length; {_BARS}.",
    ),
}


@dataclass(frozen=True)
class Figure:
    """One figure of the page.

    Attributes:
        name: that of its file in results/plots.
        title: heads it.
        note: stands below it.
        svg: the drawing; '' where there is none.
        why: why there is none.
    """

    name: str
    title: str
    note: str
    svg: Markup
    why: str = ""


def all_of(facts: Facts, plots: Path) -> list[Figure]:
    """In the order of the page; without watts one place says so for all figures of energy.

    Args:
        facts: says whether a meter measured.
        plots: the folder of the figures.
    """
    without = why_no_energy(facts)
    figures = []
    for name, (told, note) in _SHOWN.items():
        title = told.replace(_WER, facts.error_rate.words.capitalize())
        if facts.error_rate is not error_rate.WER:
            note = note.removesuffix(_HOLLOW)
        if (without and "energy" in name) or (name == STREAMING and name not in facts.tables):
            continue
        try:
            drawn = inline((plots / f"{name}.svg").read_text(encoding="utf-8"), name)
            figures.append(Figure(name, title, note, drawn))
        except FileNotFoundError:
            figures.append(Figure(name, title, note, Markup(), f"there is no plots/{name}.svg"))
    if without:
        title = f"Energy, and {facts.error_rate.words} against it"
        figures.append(Figure("energy", title, "", Markup(), without))
    return figures


def inline(svg: str, name: str) -> Markup:
    """A drawing as a part of a page: no heading of a file, and identifiers of its own.

    What stands in it of the study is escaped already: it is a file that can be opened alone.
    """
    drawing = svg[svg.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r' id="([^"]+)"', rf' id="{name}-\1"', drawing)
    drawing = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', drawing)
    drawing = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", drawing)
    return Markup(drawing)
