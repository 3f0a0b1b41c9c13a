"""LaTeX of tables: what a person typed cannot break it, and figures are shown as they should be."""

import re
import shutil
import subprocess
import unicodedata

import numpy as np
import pandas as pd
import pytest
import raw_rows
from asrbench.tables import latex_text, table_latex
from asrbench.tables.table_markdown import Column
from hypothesis import given
from hypothesis import strategies as st
from test_tables import TABLES, write

# What escape() may write, and the character that LaTeX prints for it.
COMMANDS = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    r"\textasciigrave{}": "`",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    r"\ldots{}": "…",
    r"$\times$": "×",
    r"$\pm$": "±",
    r"$\propto$": "∝",
    r"$\geq$": "≥",
    r"$\leq$": "≤",
    "-{}": "-",
    r"\textendash{}": "–",
    "'{}": "'",
    "{[}": "[",
    "{*}": "*",
    **{f"\\{c}": c for c in "{}$&#%_"},
}
TOKEN = re.compile("|".join(map(re.escape, sorted(COMMANDS, key=len, reverse=True))) + "|.", re.S)
SPECIAL = set("\\{}$&#%_^~")


def printed(latex: str) -> str:
    """What LaTeX prints; a special character outside of a known command is an error."""
    told = []
    for token in TOKEN.findall(latex):
        assert token in COMMANDS or token not in SPECIAL, (token, latex)
        told.append(COMMANDS.get(token, token))
    return "".join(told)


def one_line(text: str) -> str:
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(visible.split())


@given(st.text())
def test_any_text_is_printed_as_it_is(text):
    assert printed(latex_text.escape(text)) == one_line(text)


@given(st.text(alphabet="\\{}$&#%_^~<>|`-[]* \n\"'a", max_size=40))
def test_special_characters_in_any_order(text):
    assert printed(latex_text.escape(text)) == one_line(text)


@given(st.text(alphabet="-–'a", max_size=12))
def test_hyphens_make_no_dash(text):
    written = latex_text.escape(text)
    assert printed(written) == text
    assert "--" not in written and "''" not in written


@given(st.text(alphabet="a[*\\", min_size=1, max_size=5))
def test_a_row_never_begins_with_what_belongs_to_a_line_end(text):
    assert latex_text.escape(text)[0] not in "[*"


@given(st.text(alphabet="`a_& ", max_size=20))
def test_a_note_is_balanced(text):
    written = latex_text.prose(text)
    assert written.count("{") == written.count("}")
    assert not re.search(r"(?<!\\)[_&]", written)


def test_a_note_shows_code():
    assert (
        latex_text.prose("`used:ctc` and `a_b` are") == r"\texttt{used:ctc} and \texttt{a\_b} are"
    )
    assert latex_text.prose("a lone ` here") == r"a lone \textasciigrave{} here"


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        ((2.17, 2.06, 2.28), r"2.17 $\pm$ 0.11"),
        ((1.9, 0.0, 4.46), "1.90 [0, 4.46]"),
        ((1234.6, 1134.6, 1334.6), r"1,235 $\pm$ 100"),
        ((-2.0, -2.5, -1.5), r"$-2.00$ $\pm$ 0.50"),
        ((5.0, 5.0, 5.0), "5.00 [5.00, 5.00]"),
        ((0.0123, 0.0112, 0.0134), r"0.0123 $\pm$ 0.0011"),
        ((-3.0, -9.0, 0.0), "$-3.00$ [$-9.00$, 0]"),
        ((1.0, 0.5, np.inf), r"1.00 [0.500, $\infty$]"),
    ],
)
def test_interval(figures, shown):
    assert latex_text.with_interval(*figures) == shown


@given(st.floats(-1e6, 1e6), st.floats(1e-4, 1e5))
def test_what_is_symmetric_is_shown_within_its_digits(value, half):
    shown = latex_text.with_interval(value, value - half, value + half)
    if r"$\pm$" not in shown:
        return
    left, right = shown.split(r" $\pm$ ")
    plain = float(left.strip("$").replace("{,}", "").replace(",", ""))
    width = float(right.replace(",", ""))
    assert abs(width - half) <= 0.05 * half + 0.5
    assert abs(plain - value) <= 0.06 * half + 0.5


@pytest.mark.parametrize(
    ("value", "shown"),
    [(116146960, "116,146,960"), (1e-7, r"$1.00 \times 10^{-7}$"), (-1234.0, "$-1{,}234$")],
)
def test_number(value, shown):
    assert latex_text.number(value) == shown


def rows_of(table: str) -> list[str]:
    """Lines of cells; of a long table without the caption and what ends a page."""
    lines = [line for line in table.splitlines() if line.endswith(r" \\")]
    return [line for line in lines if not line.startswith((r"\caption", r"\multicolumn"))]


def cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)&", line)) + 1


def layout_of(table: str) -> str:
    """Column letters, a column of lines as p."""
    given = re.search(r"\\begin\{(?:tabular|longtable)\}\{(.*)\}$", table, re.M)[1]
    return given.replace(table_latex._LINES, "p")


def test_every_table_of_a_study_is_well_formed(tmp_path):
    results = tmp_path / "results"
    study = raw_rows.study(("conformer", "lstm"), random=("lstm",), name="50 % of a_b & {c}")
    raw_rows.build(study, results)
    write(study, results)
    for name in TABLES.values():
        table = (results / f"tables/{name}.tex").read_text(encoding="utf-8")
        layout = layout_of(table)
        assert set(layout) <= set("lrp")
        assert {cells(line) for line in rows_of(table)} == {len(layout)}, name
        assert rf"\label{{tab:{name}}}" in table and table.count(r"\caption{") == 1
        assert r"50 \% of a\_b \& \{c\}" in table
        assert r"\toprule" in table and r"\bottomrule" in table
        bare = table.replace(r"\{", "").replace(r"\}", "")
        assert bare.count("{") == bare.count("}"), name
        for begun in re.findall(r"\\begin\{(\w+)\}", table):
            assert table.count(rf"\end{{{begun}}}") == table.count(rf"\begin{{{begun}}}")
        for package, used in (
            ("booktabs", True),
            ("longtable", "longtable}{" in table),
            ("array", "raggedright" in table),
            ("graphicx", "resizebox" in table),
        ):
            assert (rf"\usepackage{{{package}}}" in table.splitlines()[0]) == used, (name, package)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex")
def test_latex_itself_sets_every_table(tmp_path):
    """All on landscape A3, as they are included in a paper, with what their first lines ask for."""
    results = tmp_path / "results"
    study = raw_rows.study(("conformer", "lstm"), random=("lstm",), name="50 % of a_b & {c} ~^ <x>")
    raw_rows.build(study, results)
    write(study, results)
    files = [results / f"tables/{name}.tex" for name in TABLES.values()]
    asked = {p for f in files for p in re.findall(r"\\usepackage\{\w+\}", f.read_text("utf-8"))}
    included = "\n".join(rf"\input{{{file.as_posix()}}}\clearpage" for file in files)
    (tmp_path / "all.tex").write_text(
        "\n".join(
            [
                r"\documentclass{article}",
                r"\usepackage[a3paper,landscape,margin=1cm]{geometry}",
                *sorted(asked),
                r"\begin{document}",
                included,
                r"\end{document}",
            ]
        ),
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Missing character" not in (tmp_path / "all.log").read_text(errors="replace")


def test_cells_of_one_table():
    rows = pd.DataFrame(
        {
            "model": ["a_b", "c"],
            "weights": ["random", "trained"],
            "value": [2.0, np.nan],
            "low": [1.9, np.nan],
            "high": [2.1, np.nan],
            "good": [True, False],
            "reason": ["", "100 % gone"],
        }
    )
    columns = [
        Column("model", "model"),
        Column("value (ms)", "value", "low", "high", scale=1000),
        Column("good", "good"),
        Column("remarks", "reason"),
    ]
    table = table_latex.latex("T", rows, columns, ["Note."], "t")
    first, second = rows_of(table)[1:]
    assert first == r"a\_b (random weights) & 2,000 $\pm$ 100 & yes & -- \\"
    assert second == r"c & -- & no & 100 \% gone \\"
    assert "\\caption{T. Note.}\n\\label{tab:t}\n" in table


def test_a_column_without_entries_is_told_and_not_set():
    rows = pd.DataFrame({"model": ["a", "b"], "n": [1.0, np.nan], "p99": [np.nan, np.nan]})
    columns = [Column("model", "model"), Column("n", "n"), Column("p99 (s)", "p99")]
    table = table_latex.latex("T", rows, columns, [], "t")
    assert rows_of(table)[0] == r"model & n \\"
    assert "Left out, since without any entry: p99 (s)." in table


def test_a_long_table_breaks_over_pages():
    rows = pd.DataFrame({"n": range(table_latex.LONG_ROWS + 1)})
    long = table_latex.latex("T", rows, [Column("n", "n")], [], "t")
    short = table_latex.latex("T", rows[1:], [Column("n", "n")], [], "t")
    assert r"\begin{longtable}{r}" in long and r"\begin{table}" not in long
    assert r"\begin{tabular}{r}" in short and "longtable" not in short


def test_an_empty_table_has_its_heads():
    rows = pd.DataFrame({"model": pd.Series(dtype=str), "n": pd.Series(dtype=float)})
    table = table_latex.latex("T", rows, [Column("model", "model"), Column("n", "n")], [], "t")
    assert rows_of(table) == [r"model & n \\"]
