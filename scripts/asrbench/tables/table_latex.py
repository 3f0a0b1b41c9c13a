"""A table as LaTeX, laid out by pandas: few digits, an absent figure as a dash."""

import pandas as pd

from asrbench.tables.latex_text import NOTATION, escape, prose
from asrbench.tables.table_markdown import Column, cell

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
    made = [(column, [cell(row, column, NOTATION) for row in records]) for column in columns]
    filled = [pair for pair in made if set(pair[1]) != {NOTATION.absent}]
    told = [prose(note) for note in notes]
    if len(filled) < len(made):
        empty = ", ".join(pair[0].head for pair in made if pair not in filled)
        told.append(escape(f"Left out, since without any entry: {empty}."))
    is_long, is_wide = len(rows) > LONG_ROWS, len(filled) > _MANY_COLUMNS
    layout = "".join(_layout(rows[column.value], cells) for column, cells in filled)
    # By number, since two columns may have one head.
    styler = pd.DataFrame(dict(enumerate(cells for _, cells in filled)), dtype=object).style
    styler.relabel_index([escape(column.head) for column, _ in filled], axis="columns")
    text = styler.hide(axis="index").to_latex(
        hrules=True,
        column_format=layout,
        caption=" ".join([f"{escape(title)}.", *told]),
        label=f"tab:{label}",
        position=None if is_long else "htbp",
        position_float=None if is_long else "centering",
        environment="longtable" if is_long else None,
    )
    packages = ["booktabs", *["longtable"] * is_long, *["array"] * (_LINES in layout)]
    if is_long:
        text = f"\\begingroup\\scriptsize\\setlength{{\\tabcolsep}}{{3pt}}\n{text}\\endgroup\n"
    elif is_wide:
        packages.append("graphicx")
        text = text.replace(r"\begin{tabular}", "\\resizebox{\\textwidth}{!}{%\n\\begin{tabular}")
        text = text.replace(r"\end{tabular}", r"\end{tabular}}")
    needs = " ".join(rf"\usepackage{{{name}}}" for name in packages)
    return f"% needs {needs}\n{text}"


def _layout(values: pd.Series, cells: list[str]) -> str:
    if pd.api.types.is_numeric_dtype(values):
        return "r"
    return _LINES if max(map(len, cells), default=0) > _WIDE_WORDS else "l"
