"""Rows of a figure with horizontal bars or dots: a model's name, then a row for each of its own."""

from dataclasses import dataclass

from matplotlib.axes import Axes

ROW_IN = 0.2


@dataclass(frozen=True)
class Rows:
    """Where rows lie. ``at`` maps (group, row) to y; y grows downwards.

    Attributes:
        at: the place of each row.
        heads: the place of each group's name.
        height: y units in all.
    """

    at: dict[tuple[str, str], float]
    heads: dict[str, float]
    height: float

    @property
    def height_in(self) -> float:
        """Inches that the rows need."""
        return ROW_IN * self.height


def lay_out(pairs: list[tuple[str, str]]) -> Rows:
    """Places for (group, row) pairs, in their order; groups stay together."""
    at, heads, y = {}, {}, 0.0
    for group in dict.fromkeys(group for group, _ in pairs):
        heads[group] = y
        for row in (row for g, row in pairs if g == group):
            y += 1.0
            at[group, row] = y
        y += 1.4
    return Rows(at, heads, y - 0.4)


def prepare(axes: Axes, rows: Rows, names: dict[str, str], labels: dict[str, str]) -> None:
    """Write the names of groups and rows; ``names`` and ``labels`` say how."""
    axes.set_ylim(rows.height - 0.4, -0.7)
    axes.set_yticks(list(rows.at.values()), [labels[row] for _, row in rows.at])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    for group, y in rows.heads.items():
        axes.text(
            *(0.0, y, names[group]),
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=8,
            fontweight="bold",
        )


def write(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    """A figure in words, just right of ``x``."""
    axes.annotate(
        text,
        (x, y),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.5,
        color=colour,
        annotation_clip=False,
    )
