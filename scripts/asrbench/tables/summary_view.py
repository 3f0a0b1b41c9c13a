"""The summary on a terminal: a table where it is wide enough, else a block a variant."""

from collections.abc import Iterable

import pandas as pd
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from asrbench.study.config import Study
from asrbench.tables.table_markdown import ABSENT, Column, cell, named, spanned

WIDE = 100
COLUMNS = [
    Column("parameters", "parameters_whole"),
    Column("used", "parameters_used"),
    spanned("latency (s)", "latency_mean_s"),
    Column("real-time factor", "real_time_factor"),
    Column("memory (MB)", "peak_memory_bytes", scale=1e-6),
    Column("power (W)", "power_mean_w"),
    spanned("energy (J)", "energy_per_utterance_study_j"),
    spanned("WER (%)", "wer_percent"),
]


def show(console: Console, study: Study, summary: pd.DataFrame) -> None:
    """Print the summary as wide as the terminal is, and why figures are absent."""
    rows = summary.to_dict("records")
    synthetic = ", synthetic speech" if study.speech.synthetic else ""
    console.print(Text(f"{study.name} ({study.speech.name}{synthetic})", style="bold"))
    if console.width >= WIDE:
        console.print(_table(rows))
    else:
        console.print(_blocks(rows))
    console.print(Text("[low, high]: 95 % interval", style="dim"))
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row["reasons"]:
            reasons.setdefault(row["reasons"], []).append(f"{row['model']} {row['ctc_weight']}")
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


def _table(rows: list[dict]) -> Grid:
    grid = Grid()
    grid.add_column("model", overflow="fold")
    grid.add_column("CTC", justify="right")
    for column in COLUMNS:
        grid.add_column(column.head, justify="right")
    last = None
    for row in rows:
        name = named(row) if row["model"] != last else ""
        if last is not None and name:
            grid.add_section()
        cells = [cell(row, column).replace(" [", "\n[") for column in COLUMNS]
        grid.add_row(*(Text(text) for text in (name, row["ctc_weight"], *cells)))
        last = row["model"]
    return grid


def _blocks(rows: list[dict]) -> Grid:
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(Text("variant", style="bold"), Text(named(row), style="bold"))
        grid.add_row("CTC weight", row["ctc_weight"])
        for column in COLUMNS:
            text = cell(row, column)
            if text != ABSENT:
                grid.add_row(column.head, Text(text))
        grid.add_row("", "")
    return grid
