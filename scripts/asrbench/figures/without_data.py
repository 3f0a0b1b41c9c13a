"""A figure that has nothing to draw: words say why."""

import pandas as pd
from matplotlib.figure import Figure

from asrbench.figures import style
from asrbench.study.config import Study


def draw(study: Study, text: str) -> Figure:
    """The text where the axes would be."""
    figure = style.new(2.0)
    axes = figure.subplots()
    axes.set_axis_off()
    style.say(axes, text)
    style.note(figure, study)
    return figure


def reason(table: pd.DataFrame) -> str:
    """The first reason that a table gives."""
    return next((text for text in table["reason"] if text), "no reason given")
