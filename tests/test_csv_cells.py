"""No cell of a CSV is a command to a spreadsheet, and every cell is read as it was given."""

import csv

import pandas as pd
import pytest
from asrbench.basics import csv_cells
from asrbench.basics.errors import UserError
from asrbench.basics.resumable_csv import RowFile
from asrbench.compare import redact
from asrbench.results import raw_files
from asrbench.sources import corpus
from asrbench.tables import table_csv, table_schema
from hypothesis import given
from hypothesis import strategies as st

COMMANDS = ["=1+1", "+x", "-x", "@x", "\tx", "\rx", "=", "-1+cmd|' /C calc'!A0", "'=x", "''-x"]
PLAIN = ["-1.5", "-1e-3", "+2", "-inf", "'TIS", "a=b", "", "'", "x-y", "1:2"]


@pytest.mark.parametrize("cell", [*COMMANDS, *PLAIN])
def test_a_cell_is_harmless_and_read_as_it_was_given(cell):
    written = csv_cells.harmless(cell)
    assert written == (f"'{cell}" if cell in COMMANDS else cell)
    assert csv_cells.as_given(written) == cell


@given(st.text(alphabet="'=+-@\t1ax.", max_size=8))
def test_every_text_comes_back(cell):
    written = csv_cells.harmless(cell)
    assert csv_cells.as_given(written) == cell
    assert written != cell or csv_cells.as_given(cell) == cell
    if written[:1] in ("=", "+", "-", "@", "\t"):
        float(written)


def first_cells(path):
    with path.open(newline="", encoding="utf-8") as file:
        return [row[0] for row in list(csv.reader(file))[1:]]


def test_every_writer_and_reader_of_csv_keeps_to_it(tmp_path):
    names = ["=a", "-1", "'TIS"]
    written = ["'=a", "-1", "'TIS"]
    rows = RowFile(tmp_path / "raw.csv", ["utterance_id", "watts"], {})
    for name in names:
        rows.write({"utterance_id": name, "watts": -1.5})
    del rows  # a process that ends lets go of its file
    again = RowFile(tmp_path / "raw.csv", ["utterance_id", "watts"], {})
    assert [row["utterance_id"] for row in again.found] == names
    again.finish()
    read = raw_files.read_rows(tmp_path / "raw.csv", ["utterance_id"], ["watts"])
    assert list(read["utterance_id"]) == names and list(read["watts"]) == [-1.5] * 3
    assert first_cells(tmp_path / "raw.csv") == written

    schema = table_schema.schema(reason=table_schema.text(), value=table_schema.number(low=None))
    rows = pd.DataFrame({"reason": names, "value": [-1.5] * 3})
    table_csv.write(rows, table_schema.described(schema), tmp_path / "t.csv")
    assert list(table_csv.read(tmp_path, "t")["reason"]) == names
    assert list(table_csv.read(tmp_path, "t")["value"]) == [-1.5] * 3
    assert first_cells(tmp_path / "t.csv") == written

    values = ["=s", "=/a.wav", 1, 16000, 0.1, "=text"]
    utterances = pd.DataFrame([[n, *values] for n in names], columns=corpus.UTTERANCE_COLUMNS)
    corpus.write_table(utterances, tmp_path / "u.csv")
    pd.testing.assert_frame_equal(pd.DataFrame(corpus.read(tmp_path / "u.csv")), utterances)
    assert first_cells(tmp_path / "u.csv") == written


def test_a_path_that_is_cut_is_harmless_too():
    assert redact.csv_text("reason\n'=x\n/a/=b\n", []) == "reason\n'=x\n'=b\n"


def test_a_row_with_more_cells_than_columns_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("reason,value\na,1,2\nb,3,4\n")
    for read in (
        lambda: table_csv.read(tmp_path, "t"),
        lambda: raw_files.read_rows(path, ["reason"], ["value"]),
    ):
        with pytest.raises(UserError, match="more cells than its heading"):
            read()
