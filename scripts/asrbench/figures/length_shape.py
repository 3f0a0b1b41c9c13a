"""The shape of the figures against input length: a panel a model, a line a decoding."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from asrbench.figures import style, whiskers
from asrbench.study.config import Study

ABOVE_IN, PANEL_IN = 0.8, 2.2
# Growth in words, below a panel: the size of a line, and how far below the axis they begin.
_WORDS_PT, _WORDS_IN, _BELOW_IN = 6.5, 0.125, 0.4


def draw(
    study: Study,
    rows: pd.DataFrame,
    figures: tuple[str, str, str],
    label: str,
    growth: dict[tuple[str, str], str] | None = None,
) -> Figure:
    """Draw value and interval against frames; seconds of audio stand above each panel.

    All panels have the same scales: models are compared by their slopes.

    Args:
        rows: model, variant, length_frames, duration_s, and ``figures``; at
            least one value is there.
        figures: the columns of value, low and high.
        label: of the y axis, with the unit.
        growth: words about the line of a (model, decoding), written below its panel.
    """
    models = [build.name for build in study.builds()]
    across = min(2, len(models))
    down = math.ceil(len(models) / across)
    said = pd.Series([model for model, _ in growth or {}], dtype=str)
    panel_in = PANEL_IN + _WORDS_IN * said.value_counts().max() if len(said) else PANEL_IN
    figure = style.new(ABOVE_IN + panel_in * down)
    panels = list(figure.subplots(down, across, sharex=True, sharey=True, squeeze=False).flat)
    rows, styles, not_drawn = style.drawn(study, rows)
    colours = style.colours(study)
    log_y = style.spans_decades(rows[figures[0]])
    log_x = style.spans_decades(rows["length_frames"], 8)
    for axes, model in zip(panels, models, strict=False):
        axes.set_title(style.shown(study, model, 24 * (3 - across)), loc="left", fontweight="bold")
        here = rows[rows["model"] == model]
        for slug in dict.fromkeys(here["variant"]):
            line = here[here["variant"] == slug].sort_values("length_frames")
            words = (growth or {}).get((model, slug), "_nolegend_")
            look = (colours[model], *styles[slug])
            whiskers.line(axes, line["length_frames"], line, figures, look, words)
            _marks(axes, line, figures, words)
        if here[figures[0]].isna().all():
            style.say(axes, "nothing measured", 24)
    for axes in panels[len(models) :]:
        axes.set_visible(False)
    panels = [axes for axes in figure.axes if axes.get_visible()]
    for axes in panels:
        if log_x:
            axes.set_xscale("log")
        if log_y:
            axes.set_yscale("log")
    whiskers.follow(panels[0].yaxis, rows[figures[0]], rows[list(figures[1:])])
    for axes, model in zip(panels, models, strict=True):
        if log_x:
            style.plain_log(axes.xaxis)
        if log_y:
            style.plain_log(axes.yaxis)
        _seconds(axes, rows[rows["model"] == model], log_x)
        _say_growth(axes)
        whiskers.cut(axes)
        axes.xaxis.set_tick_params(labelbottom=True)
        axes.set_xlabel("input length (frames)")
    for axes in panels[::across]:
        axes.set_ylabel(label)
    entries = style.decoding_handles(styles, rows[figures[1]])
    style.legend(figure, entries, min(4, len(entries)), not_drawn)
    return figure


def _marks(axes: Axes, line: pd.DataFrame, figures, words: str) -> None:
    """What each point stands for; the marks that say it are not seen."""
    growth = "" if words.startswith("_") else f"; {words}"
    for row in line[line[figures[0]].notna()].to_dict("records"):
        (point,) = axes.plot(row["length_frames"], row[figures[0]], "o", ms=8, alpha=0)
        shown = style.spanned(row, figures[0])
        style.mark(point, row, f"{shown} at {row['length_frames']:,} frames{growth}")


def _say_growth(axes: Axes) -> None:
    """Below the axis, where there is no line."""
    handles, words = axes.get_legend_handles_labels()
    if words:
        lines = [handle.lines[0] for handle in handles]  # without the bars of the interval
        below = ScaledTranslation(0, -_BELOW_IN, axes.figure.dpi_scale_trans)
        axes.legend(
            *(lines, words),
            loc="upper left",
            bbox_to_anchor=(0, 0),
            bbox_transform=axes.transAxes + below,
            fontsize=_WORDS_PT,
            handlelength=2.2,
            labelspacing=0.25,
            borderaxespad=0,
        )


def _seconds(axes: Axes, rows: pd.DataFrame, log: bool) -> None:
    """A second axis above, in seconds of audio: a model's frames are all as long."""
    seconds = (rows["duration_s"] / rows["length_frames"]).median()
    if not seconds > 0:
        return
    above = axes.secondary_xaxis(
        "top", functions=(lambda frames: frames * seconds, lambda audio: audio / seconds)
    )
    above.tick_params(labelsize=7, colors=style.FADED, pad=1, length=2)
    above.set_xlabel("audio (s)", fontsize=7, color=style.FADED, labelpad=2)
    if log:
        style.plain_log(above.xaxis)
