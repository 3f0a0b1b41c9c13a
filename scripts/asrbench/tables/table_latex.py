"""A table as LaTeX: booktabs, caption and label, few digits, an absent figure as a dash."""

import pandas as pd

from asrbench.tables.latex_text import escape, number, prose, with_interval
from asrbench.tables.table_markdown import Column, named

ABSENT = "--"
LONG_ROWS = 40  # a table with more of them breaks over pages
_WIDE_WORDS = 30  # characters above which a column of words is set in lines
_MANY_COLUMNS = 7  # above which a table is scaled to the width of the text
_LINES = r">{\raggedright\arraybackslash}p{4cm}"


def latex(
    title: str, rows: pd.DataFrame, columns: list[Column], notes: list[str], label: str
) -> str:
    """The whole table, ending in a newline; its first line says which packages it needs.

    A column without any entry would only make the others smaller: its head is told instead.
    """
    records = rows.to_dict("records")
    columns, cells, empty = _filled(records, columns)
    numeric = [pd.api.types.is_numeric_dtype(rows[column.value]) for column in columns]
    layout = "".join(
        "r" if is_number else _of_words(below)
        for is_number, below in zip(numeric, cells, strict=True)
    )
    heads = [escape(column.head) for column in columns]
    lines = [" & ".join(line) + r" \\" for line in [heads, *zip(*cells, strict=True)]]
    left_out = f"Left out, since without any entry: {', '.join(empty)}."
    told = [*(prose(note) for note in notes), *[escape(left_out)] * bool(empty)]
    caption = " ".join([f"{escape(title)}.", *told])
    named_caption = rf"\caption{{{caption}}}\label{{tab:{label}}}"
    make = _long if len(rows) > LONG_ROWS else _short
    return "\n".join(make(layout, lines[0], lines[1:], named_caption)) + "\n"


def _filled(
    records: list[dict], columns: list[Column]
) -> tuple[list[Column], list[list[str]], list[str]]:
    """Columns with an entry, their cells, and the heads of the others; without rows all columns."""
    made = [(column, [cell(row, column) for row in records]) for column in columns]
    there = [pair for pair in made if set(pair[1]) != {ABSENT}]
    empty = [column.head for column, cells in made if set(cells) == {ABSENT}]
    return [column for column, _ in there], [cells for _, cells in there], empty


def cell(row: dict, column: Column) -> str:
    """One cell: words, '1.23', '1.23 ± 0.12', '1.23 [1.10, 1.90]', or a dash."""
    value = row[column.value]
    if isinstance(value, str):
        before, is_model, _ = column.value.partition("model")
        words = named(row, before) if is_model and before in ("", "other_") else value
        return escape(words) or ABSENT
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if pd.isna(value):
        return ABSENT
    # A whole number keeps its digits.
    shown = value if column.scale == 1 else float(value) * column.scale
    if column.low is None or pd.isna(row[column.low]) or pd.isna(row[column.high]):
        return number(shown)
    bounds = (float(row[name]) * column.scale for name in (column.low, column.high))
    return with_interval(float(shown), *bounds)


def _of_words(below: list[str]) -> str:
    return _LINES if max(map(len, below), default=0) > _WIDE_WORDS else "l"


def _needs(*packages: str) -> str:
    return "% needs " + " ".join(rf"\usepackage{{{name}}}" for name in packages)


def _short(layout: str, head: str, lines: list[str], caption: str) -> list[str]:
    scaled = head.count(" & ") >= _MANY_COLUMNS
    packages = ["booktabs", *["array"] * (_LINES in layout), *["graphicx"] * scaled]
    return [
        _needs(*packages),
        r"\begin{table}[htbp]",
        r"\centering",
        caption,
        *[r"\resizebox{\textwidth}{!}{%"] * scaled,
        rf"\begin{{tabular}}{{{layout}}}",
        r"\toprule",
        head,
        r"\midrule",
        *lines,
        r"\bottomrule",
        r"\end{tabular}" + "}" * scaled,
        r"\end{table}",
    ]


def _long(layout: str, head: str, lines: list[str], caption: str) -> list[str]:
    packages = ["booktabs", "longtable", *["array"] * (_LINES in layout)]
    return [
        _needs(*packages),
        r"\begingroup\scriptsize\setlength{\tabcolsep}{3pt}",
        rf"\begin{{longtable}}{{{layout}}}",
        caption + r" \\",
        r"\toprule",
        head,
        r"\midrule",
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *lines,
        r"\end{longtable}",
        r"\endgroup",
    ]
