"""How every figure looks: one colour a build, one line and marker a decoding, one way to save.

Sizes are for a column of a paper: 5 inches wide, with text that is still
readable at 3.3 inches. Markers and lines carry what colour alone would not.
"""

import io
import re
import textwrap
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import pandas as pd
from matplotlib import ticker
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from asrbench.basics import palette, units
from asrbench.basics.digits import figure as digits
from asrbench.basics.errors import UserError
from asrbench.basics.palette import FADED, GRID, INK
from asrbench.study import slugs
from asrbench.study.config import Study
from asrbench.tables import interval_columns

WIDTH_IN = 5.0
_LINES = [
    *(("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"), ((0, (5, 1)), "v"), ((0, (1, 1)), "P")),
    *(((0, (8, 3)), "X"), ((0, (3, 1, 1, 1, 1, 1)), "*"), ((0, (6, 2, 2, 2)), "<")),
]
_FORMATS = ("png", "svg")
# What :func:`mark` leaves in an SVG, where matplotlib has escaped it.
_MARK = re.compile(r'<g id="mark\|([^|"]*)\|([^|"]*)\|([^"]*)">')
_TITLED = r'<g class="mark" data-model="\1" data-variant="\2"><title>\3</title>'

matplotlib.rcParams.update(
    {
        "font.size": 8.5,
        "axes.titlesize": 8.5,
        "axes.labelsize": 8.5,
        "legend.fontsize": 8,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "axes.edgecolor": FADED,
        "axes.labelcolor": INK,
        "text.color": INK,
        "text.parse_math": False,  # a dollar in a model's name is a dollar
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "grid.color": GRID,
        "grid.linewidth": 0.7,
        "lines.linewidth": 1.4,
        "lines.markersize": 4.5,
        "legend.frameon": False,
        "svg.hashsalt": "asrbench",
        # The same for both: words are measured where they are drawn.
        "figure.dpi": 200,
        "savefig.dpi": 200,
    }
)


def colours(study: Study) -> dict[str, str]:
    """Build to colour, in the order of the configuration."""
    return palette.of_models([build.name for build in study.builds()])


def decoding_styles(decodings: list[str]) -> dict[str, tuple[object, str]]:
    """Decoding to (line style, marker), the same for the published study's in all figures.

    No two have the same: where there are more decodings than styles, the last ones have none.
    """
    fixed = {slug: _LINES[i] for i, slug in enumerate(("ctc0.0", "ctc0.3", "ctc1.0"))}
    others = sorted(set(decodings) - set(fixed), key=slugs.order)
    known = fixed | dict(zip(others, _LINES[3:], strict=False))
    return {s: known[s] for s in sorted(set(decodings), key=slugs.order) if s in known}


def drawn(study: Study, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict, str]:
    """The rows whose decoding has a style, the styles, and what the legend says of the others.

    Args:
        rows: with ``variant``.
    """
    decodings = list(dict.fromkeys(variant.slug for variant in study.variants()))
    styles = decoding_styles(decodings)
    without = [slug for slug in decodings if slug not in styles]
    there = rows[rows["variant"].isin(list(styles))]
    told = f"not drawn, for want of line styles: {slugs.together(without)}"
    return there, styles, textwrap.fill(told, 70) if without else ""


def model_styles(study: Study) -> dict[str, tuple[object, str]]:
    """Build to (line style, marker), where no decoding takes them."""
    return {build.name: _LINES[i % len(_LINES)] for i, build in enumerate(study.builds())}


def shown(study: Study, model: str, width: int = 34) -> str:
    """A model's name as figures write it, in lines of ``width``, with 'random weights' if so."""
    random = " (random weights)" if study.model(model).weights == "random" else ""
    if len(model) + len(random) <= width:
        return model + random
    parts = re.split(r"(?<=[-_.])", model)
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    lines = [piece for line in lines for piece in textwrap.wrap(line, width)]
    return "\n".join([*lines, random.strip()] if random else lines)


def new(height_in: float) -> Figure:
    """An empty figure of the common width."""
    return Figure(figsize=(WIDTH_IN, height_in), layout="constrained")


def note(figure: Figure, study: Study, *more: str, measured: bool = True) -> None:
    """Above a figure: the study, whether a machine spoke, whose weights are random, who is grey."""
    parts = [study.name]
    if study.speech.synthetic and measured:
        parts.append("synthetic speech")
    random = [b.name for b in study.builds() if study.model(b.name).weights == "random"]
    if random:
        parts.append("random weights: " + ", ".join(random))
    grey = palette.without_colour([build.name for build in study.builds()])
    if grey:
        parts.append("grey, for want of colours: " + ", ".join(grey))
    lines = [" · ".join(parts), *(line for line in more if line)]
    text = "\n".join(part for line in lines for part in textwrap.wrap(line, 84))
    figure.suptitle(text, x=0.01, ha="left", fontsize=7.5, color=FADED)


def say(axes: Axes, text: str, width: int = 60) -> None:
    """Words in the place of what cannot be shown."""
    axes.text(
        *(0.5, 0.5, textwrap.fill(text, width)),
        transform=axes.transAxes,
        ha="center",
        va="center",
        color=FADED,
    )


def absences(rows: pd.DataFrame, what: str, limit: int = 3) -> str:
    """'no WER: lstm CTC 0.3 (no file …), …' for rows with ``why``; '' where there are none."""
    if rows.empty:
        return ""
    told = []
    for (why, model), group in rows.assign(why=rows["why"].map(briefly)).groupby(
        ["why", "model"], sort=False
    ):
        told.append(f"{model} {slugs.together(group['variant'])} ({why})")
    rest = f"; {len(told) - limit} more in the table" if len(told) > limit else ""
    return f"no {what}: " + "; ".join(told[:limit]) + rest


def briefly(reason: str, width: int = 70) -> str:
    """The first of the reasons in a cell of a table, cut to ``width``."""
    first, more, _ = (reason or "no reason given").partition("; ")
    return first[: width - 1] + "…" if len(first) > width else first + (" …" if more else "")


def reason(table: pd.DataFrame) -> str:
    """The first reason that a table gives."""
    return next((text for text in table["reason"] if text), "no reason given")


def without_data(study: Study, text: str) -> Figure:
    """A figure that has nothing to draw: words say why."""
    figure = new(2.0)
    axes = figure.subplots()
    axes.set_axis_off()
    say(axes, text)
    note(figure, study)
    return figure


def spans_decades(values: pd.Series, ratio: float = 20.0) -> bool:
    """Whether a logarithmic axis suits: all above 0, the largest ``ratio`` times the smallest."""
    values = values.dropna()
    return not values.empty and values.min() > 0 and values.max() >= ratio * values.min()


def plain_log(axis) -> None:
    """A logarithmic axis with plain figures, and 2 and 5 labelled where it spans little."""
    low, high = axis.get_view_interval()
    subs = (1.0,) if high / low > 300 else (1.0, 2.0, 5.0)
    axis.set_major_locator(ticker.LogLocator(subs=subs, numticks=12))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_locator(ticker.LogLocator(subs=range(2, 10), numticks=12))
    axis.set_minor_formatter(ticker.NullFormatter())


def handle(label: str, **style: object) -> Line2D:
    """An entry of a legend."""
    return Line2D([], [], label=label, **({"linestyle": "none", "color": INK} | style))


def decoding_handles(
    styles: dict, intervals: pd.Series | None = None, line: bool = True, marker: bool = True
) -> list[Line2D]:
    """Entries of the decodings of :func:`drawn`, and of the interval where there is any.

    Args:
        intervals: lower bounds, NaN where there are none.
        line, marker: what the figure draws of a decoding.
    """
    entries = [
        handle(
            slugs.label(slug),
            linestyle=dashes if line else "none",
            marker=sign if marker else "",
        )
        for slug, (dashes, sign) in styles.items()
    ]
    if intervals is not None and intervals.notna().any():
        entries.append(handle("95 % interval", linestyle="-", marker="|", ms=8, lw=1))
    return entries


def legend(figure: Figure, handles: list, columns: int, title: str = "") -> None:
    """Below everything, so that it covers nothing."""
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=columns,
        handlelength=2.4,
        title=title or None,
    )


def mark(artist: Artist, row: dict, words: str) -> None:
    """Say what a mark stands for: in an SVG, the words are shown under the pointer.

    Args:
        artist: the mark.
        row: its ``model`` and ``variant``, by which the page singles it out.
        words: what it shows, such as 'encode 0.120 s'.
    """
    who = f"{row['model']} {slugs.label(row['variant'])}"
    artist.set_gid(f"mark|{row['model']}|{row['variant']}|{who}: {words}")


def spanned(row: dict, column: str) -> str:
    """'1.23 s [1.10, 1.40]' of a row of a table, or '1.23 s' where there is no interval."""
    value, low, high = (row[name] for name in interval_columns.names(column))
    shown = f"{digits(value)} {units.of(column)}".strip()
    return shown if low != low or high != high else f"{shown} [{digits(low)}, {digits(high)}]"


def save(figure: Figure, path: Path) -> None:
    """Write a PNG or SVG, by the ending; the same figure gives the same bytes.

    In an SVG each mark has its words as its title; see :func:`mark`.

    Raises:
        UserError: for another ending.
    """
    ending = path.suffix.lstrip(".")
    if ending not in _FORMATS:
        raise UserError(f"{path}: a figure ends in {' or '.join(_FORMATS)}, not {ending!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"Date": None, "Creator": None} if ending == "svg" else {"Software": None}
    written = io.BytesIO()
    figure.savefig(written, format=ending, metadata=metadata)
    # What has its place keeps it in the other format; to lay it out takes as long as to draw it.
    figure.set_layout_engine("none")
    content = written.getvalue()
    if ending == "svg":
        content = _MARK.sub(_TITLED, content.decode("utf-8")).encode("utf-8")
    path.write_bytes(content)
