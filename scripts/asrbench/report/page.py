"""The page: one HTML file that holds its style, its figures and what little code it needs.

All text of the study goes through the template, which escapes it. The page may
load nothing: its policy allows what is in the file and no address.
"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from asrbench.report import answer, limits, live, sections
from asrbench.report import figures as report_figures
from asrbench.report.facts import Facts

_HERE = Path(__file__)


def make(facts: Facts, plots: Path) -> str:
    """The whole page as text; ``plots`` is the folder of the figures."""
    environment = Environment(
        loader=FileSystemLoader(_HERE.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(_HERE.with_suffix(".html").name).render(
        study=facts.study,
        absent=facts.absent,
        labels=sections.labels(facts),
        device_name=sections.device_name(facts),
        device=sections.device(facts),
        take=answer.take(facts),
        costs=answer.costs(facts),
        limits=limits.sentences(facts),
        live=live.sentences(facts),
        streaming=live.grid(facts),
        summary=sections.summary(facts),
        intervals=sections.intervals(facts),
        rules=sections.rules(facts),
        missing=sections.missing(facts),
        colours=facts.colours,
        random=facts.random,
        decodings=facts.decodings,
        figures=report_figures.all_of(facts, plots),
        hypotheses=sections.hypotheses(facts),
        verdicts=sections.verdicts(facts),
        pairs=sections.pairs(facts),
        css=Markup(_HERE.with_suffix(".css").read_text(encoding="utf-8")),
        js=Markup(_HERE.with_suffix(".js").read_text(encoding="utf-8")),
    )
