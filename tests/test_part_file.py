"""Rows are on the disk as they come, and a killed run resumes with every row once."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from asrbench.basics.part_file import PartFile
from asrbench.basics.resumable_csv import RowFile

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_output_has_its_name_only_when_it_is_finished(tmp_path):
    out = tmp_path / "deep" / "rows.csv"
    rows = RowFile(out, ["a", "b"], {"x": 1})
    rows.write({"a": 1, "b": "two, with a comma"})
    assert not out.exists()
    rows.finish()
    assert rows_of(out) == [{"a": "1", "b": "two, with a comma", "segment": "0"}]
    assert [file.name for file in out.parent.iterdir()] == ["rows.csv"]


def test_a_row_stays_one_line(tmp_path):
    rows = RowFile(tmp_path / "rows.csv", ["a"], {})
    rows.write({"a": "first\nsecond"})
    rows.finish()
    assert rows_of(tmp_path / "rows.csv")[0]["a"] == "first second"


def test_a_row_that_was_cut_is_written_again(tmp_path):
    rows = RowFile(tmp_path / "rows.csv", ["a"], {})
    rows.write({"a": "whole"})
    with rows._part.part.open("ab") as file:
        file.write(b"cu")
    rows._part._file.close()
    again = RowFile(tmp_path / "rows.csv", ["a"], {})
    assert [row["a"] for row in again.found] == ["whole"]
    again.write({"a": "new"})
    again.finish()
    assert [(row["a"], row["segment"]) for row in rows_of(tmp_path / "rows.csv")] == [
        ("whole", "0"),
        ("new", "1"),
    ]


def test_rows_of_other_settings_are_not_continued(tmp_path):
    RowFile(tmp_path / "rows.csv", ["a"], {"beam_size": 1}).write({"a": "old"})
    rows = RowFile(tmp_path / "rows.csv", ["a"], {"beam_size": 2})
    assert rows.found == []
    rows.finish()
    assert rows_of(tmp_path / "rows.csv") == []


def test_text_with_unicode_line_ends_stays_one_line(tmp_path):
    out = PartFile(tmp_path / "lines", {})
    out.append("a\u2028b")
    out._file.close()
    assert PartFile(tmp_path / "lines", {}).found == ["a\u2028b"]


WRITER = """
import sys, time
from asrbench.basics.resumable_csv import RowFile
rows = RowFile(sys.argv[1], ["number"], {})
done = {row["number"] for row in rows.found}
for number in range(60):
    if str(number) not in done:
        rows.write({"number": number})
        time.sleep(0.005)
rows.finish()
"""


def test_killed_ten_times_it_ends_with_every_row_once(tmp_path):
    out = tmp_path / "rows.csv"
    chance = random.Random(7)
    command = [sys.executable, "-c", WRITER, str(out)]
    kills = 0
    while kills < 10 and not out.exists():
        process = subprocess.Popen(command, cwd=SCRIPTS)
        part_grows(tmp_path, process)
        time.sleep(chance.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    subprocess.run(command, cwd=SCRIPTS, check=True)
    numbers = [int(row["number"]) for row in rows_of(out)]
    assert sorted(numbers) == list(range(60))
    assert kills > 1 and len({row["segment"] for row in rows_of(out)}) > 1


def test_a_job_that_outlived_its_run_is_waited_for(tmp_path):
    out = tmp_path / "rows.csv"
    command = [sys.executable, "-c", WRITER, str(out)]
    with (
        subprocess.Popen(command, cwd=SCRIPTS) as orphan,
        subprocess.Popen(command, cwd=SCRIPTS, stdout=subprocess.PIPE, text=True) as again,
    ):
        said = again.communicate()[0]
        assert orphan.wait() == again.wait() == 0
    assert "is still writing" in said or len({row["segment"] for row in rows_of(out)}) == 1
    assert sorted(int(row["number"]) for row in rows_of(out)) == list(range(60))
    assert [file.name for file in tmp_path.iterdir()] == ["rows.csv"]


def part_grows(folder: Path, process: subprocess.Popen) -> None:
    """Wait until the process has written something more, or ended."""

    def size() -> int:
        return sum(os.path.getsize(file) for file in folder.iterdir())

    before = size()
    while size() == before and process.poll() is None:
        time.sleep(0.002)
