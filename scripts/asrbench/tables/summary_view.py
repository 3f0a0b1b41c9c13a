"""The summary on a terminal: a line a variant where that fits, else a block a variant."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from asrbench.basics.digits import figure
from asrbench.study import axes, slugs
from asrbench.study.config import Study
from asrbench.tables import error_rate
from asrbench.tables.summary import TABLE
from asrbench.tables.table_markdown import ABSENT, NOTATION, Column, cell, named, spanned

# Told otherwise, or not worth a narrow terminal's room.
_LEFT_OUT = {
    *(axis.name for axis in axes.AXES),
    *("model", "cpu_s_per_audio_s", "threads", "reasons", "real_time_factor_inverse", "load_s"),
}
COLUMNS = [column for column in TABLE.columns if column.value not in _LEFT_OUT]
# The same in few letters: a head, and below it the unit.
SHORT = [
    Column("used\nM", "parameters_used", scale=1e-6),
    spanned("latency\ns", "latency_mean_s"),
    Column("real-time\nfactor", "real_time_factor"),
    Column("memory\nMB", "peak_memory_bytes", scale=1e-6),
    Column("power\nW", "power_mean_w"),
    spanned("energy\nJ", "energy_per_utterance_study_j"),
    *(replace(column, head=column.head.replace(" (%)", "\n%")) for column in error_rate.SHOWN),
]


def show(console: Console, study: Study, summary: pd.DataFrame) -> None:
    """Print the summary as wide as the terminal is, and why figures are absent."""
    rows = summary.to_dict("records")
    synthetic = ", synthetic speech" if study.speech.synthetic else ""
    console.print(Text(f"{study.name} ({study.speech.name}{synthetic})", style="bold"))
    lines = _lines(rows)
    if max(map(len, lines)) <= console.width:
        console.print(Text("\n").join(lines))
        console.print(Text("±: the wider side of the 95 % interval", style="dim"))
    else:
        console.print(_blocks(rows))
        console.print(Text("[low, high]: 95 % interval", style="dim"))
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row["reasons"]:
            reasons.setdefault(row["reasons"], []).append(f"{row['model']} {row['variant']}")
    for reason, variants in reasons.items():
        who = "all variants" if len(variants) == len(rows) else ", ".join(variants)
        console.print(Text(f"{who}: {reason}", style="yellow"))


def show_sentence(console: Console, sentence: str) -> None:
    """Print what is said of the run as a whole; '' prints nothing."""
    if sentence:
        console.print(Text(sentence))


def show_places(console: Console, places: Iterable[tuple[str, str]]) -> None:
    """Print (what, where) lines, such as ('figures', 'results/plots')."""
    grid = Grid.grid(padding=(0, 2))
    for what, where in places:
        grid.add_row(Text(what), Text(where, style="cyan"))
    console.print(grid)


def _lines(rows: list[dict]) -> list[Text]:
    """Heads, and the variants below the name of their model; no column that is empty in all."""
    told = {column: [cell(row, column, _NOTATION) for row in rows] for column in SHORT}
    told = {column: cells for column, cells in told.items() if set(cells) != {ABSENT}}
    columns = [[*column.head.split("\n"), *cells] for column, cells in told.items()]
    widths = [max(map(len, column)) for column in columns]
    labels = ["decoding", "", *(slugs.label(row["variant"]) for row in rows)]
    lines = []
    for place, label in enumerate(labels):
        cells = [column[place].rjust(width) for column, width in zip(columns, widths, strict=True)]
        text = "  ".join([f"  {label}".ljust(2 + max(map(len, labels))), *cells])
        lines.append(Text(text.rstrip(), style="bold" if place < 2 else ""))
    below = []
    for number, row in enumerate(rows):
        if number == 0 or row["model"] != rows[number - 1]["model"]:
            whole = cell(row, Column("", "parameters_whole", scale=1e-6))
            below.append(Text(named(row), style="bold").append(f"  {whole} M parameters", "dim"))
        below.append(lines[2 + number])
    return [*lines[:2], *below]


def _plus_minus(value: float, low: float, high: float) -> str:
    """Such as '0.512 ±0.021', by the wider side, in two digits."""
    wider = float(f"{max(high - value, value - low):.1e}")
    return f"{figure(value)} ±{wider:g}"


_NOTATION = replace(NOTATION, interval=_plus_minus)


def _blocks(rows: list[dict]) -> Grid:
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(Text("variant", style="bold"), Text(named(row), style="bold"))
        grid.add_row("decoding", slugs.label(row["variant"]))
        for column in COLUMNS:
            text = cell(row, column)
            if text != ABSENT:
                grid.add_row(column.head, Text(text))
        grid.add_row("", "")
    return grid
