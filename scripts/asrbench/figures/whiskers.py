"""Values with their intervals, and where axes end: a figure is not ruled by its whiskers."""

import numpy as np
import pandas as pd
from matplotlib import markers
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.container import ErrorbarContainer
from matplotlib.lines import Line2D

# How far beyond the values an axis may go to show whiskers whole, as a factor.
_ROOM = 1.5
_MARGIN = 1.12
# By direction (0 along x, 1 along y): carets that point down and up that axis from their tip.
_CARETS = (
    (markers.CARETLEFT, markers.CARETRIGHT),
    (markers.CARETDOWN, markers.CARETUP),
)


def line(
    axes: Axes,
    at: pd.Series,
    rows: pd.DataFrame,
    columns: tuple[str, ...],
    style: tuple,
    label: str = "_nolegend_",
) -> None:
    """A line through values with their intervals.

    Args:
        at: the place of each row on the x axis.
        columns: of the value alone, or of value, low and high.
        style: colour, line style and marker.
    """
    value, *bounds = (rows[column].to_numpy(float) for column in columns)
    bars = None
    if bounds:
        around = np.array([value - bounds[0], bounds[1] - value])
        bars = np.maximum(np.nan_to_num(around), 0.0)
    colour, dashes, marker = style
    look = {"color": colour, "linestyle": dashes, "marker": marker, "label": label}
    axes.errorbar(at, value, yerr=bars, elinewidth=0.9, capsize=2, **look)


def follow(axis: Axis, values: pd.Series, ends: pd.DataFrame, margin: float = _MARGIN) -> None:
    """Let an axis end where the values do; whiskers get room up to half as much again.

    Args:
        axis: its scale is set. A linear one begins at 0.
        values: what is drawn, of the published study too.
        ends: the bounds of the intervals, in columns of any names.
        margin: beyond the last that is shown, as a factor.
    """
    values = values.dropna()
    if values.empty or not values.max() > 0:
        return
    top = margin * np.nanmin([_ROOM * values.max(), np.nanmax([values.max(), ends.max().max()])])
    low = 0.0
    if axis.get_scale() == "log":
        low = np.nanmax([values.min() / _ROOM, np.nanmin([values.min(), ends.min().min()])])
        low /= margin
    elif values.min() == 0:
        low = -0.03 * top  # so that a mark at 0 is seen whole
    axis.axes.set(**{f"{axis.axis_name}lim": (low, top)})


def cut(axes: Axes) -> None:
    """End each whisker that leaves the axes with an arrow at their edge.

    To be called when the limits are set; an axis that is widened later keeps the arrows where
    they are.
    """
    limits = [sorted(axes.get_xlim()), sorted(axes.get_ylim())]
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer):
            _, caps, bars = container.lines
            for bar in bars:
                there = [segment for segment in bar.get_segments() if len(segment)]
                bar.set_segments([_cut(axes, segment, limits, bar) for segment in there])
            for cap in caps:
                _drop_beyond(cap, limits)


def _cut(axes: Axes, segment: np.ndarray, limits: list, bar) -> np.ndarray:
    """The part of a whisker, two points (x, y), that is inside; draws the arrows."""
    inside = np.array(segment)
    along = 0 if inside[0, 0] != inside[1, 0] else 1
    inside[:, along] = np.clip(inside[:, along], *limits[along])
    for before, after in zip(segment, inside, strict=True):
        if before[along] != after[along]:
            caret = _CARETS[along][int(before[along] > after[along])]
            look = {"color": bar.get_color()[0], "markersize": 4.5, "zorder": bar.get_zorder()}
            axes.plot(*after, marker=caret, linestyle="none", clip_on=False, **look)
    return inside


def _drop_beyond(cap: Line2D, limits: list) -> None:
    places = np.array(cap.get_data(), float)
    seen = np.all(
        [(low <= at) & (at <= high) for at, (low, high) in zip(places, limits, strict=True)], axis=0
    )
    cap.set_data(*places[:, seen])
