"""The page: one HTML file that holds its style, its figures and the code that draws them.

All text of the study goes through the template, which escapes it. The page may
load nothing: its policy allows what is in the file and no address.
"""

from pathlib import Path

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from asrbench.report import answer as report_answer
from asrbench.report import chart, sections
from asrbench.report import figures as report_figures
from asrbench.report.facts import Facts

_HERE = Path(__file__)
# Marks of the legend, in a square from -6 to 6.
_PATHS = {
    "circle": "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0",
    "square": "M-5,-5h10v10h-10z",
    "triangle-up": "M0,-5L5.5,5h-11z",
    "diamond": "M0,-6L6,0L0,6L-6,0z",
    "triangle-down": "M0,5L5.5,-5h-11z",
    "cross": "M-2,-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
}


def make(facts: Facts) -> str:
    """The whole page as text."""
    environment = Environment(
        loader=FileSystemLoader(_HERE.parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = report_figures.all_of(facts)
    shapes = chart.shapes(facts.weights)
    return environment.get_template(_HERE.with_suffix(".html").name).render(
        study=facts.study,
        absent=facts.absent,
        labels=sections.labels(facts),
        device=sections.device(facts),
        answer=report_answer.sentences(facts),
        summary=sections.summary(facts),
        intervals=sections.intervals(facts),
        rules=sections.rules(),
        missing=sections.missing(facts),
        colours=facts.colours,
        random=facts.random,
        shapes={weight: _PATHS[shape] for weight, shape in shapes.items()},
        figures=figures,
        hypotheses=sections.hypotheses(facts),
        pairs=sections.pairs(facts),
        specs={figure.name: figure.spec for figure in figures if figure.spec},
        css=Markup(_HERE.with_suffix(".css").read_text(encoding="utf-8")),
        js=Markup(_HERE.with_suffix(".js").read_text(encoding="utf-8")),
        bundle=_bundle(),
    )


def _bundle() -> Markup:
    """Vega, Vega-Lite and Vega-Embed as one script, from the package that brings them."""
    code = vl_convert.javascript_bundle()
    return Markup(code.replace("</script", "<\\/script").replace("<!--", "<\\!--"))
