"""Files that are not what they should be: one line each, and nothing waits for ever."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import raw_rows
import soundfile
from asrbench.basics import results_version
from asrbench.basics.errors import UserError
from asrbench.sources import audio, corpus
from asrbench.sources.listing import list_corpus
from asrbench.tables import table_csv

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def run(script: str, *arguments: str, cwd: Path) -> str:
    """A program that must fail; the one line that it says."""
    command = [sys.executable, str(SCRIPTS / script), *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    (line,) = done.stderr.splitlines()[-1:]
    return line


def speech(root: Path, utterances: int = 3) -> Path:
    """A chapter of noise; the folder of its files."""
    folder = root / "speech/1/1"
    folder.mkdir(parents=True)
    for number in range(utterances):
        noise = np.random.default_rng(number).normal(0, 0.1, 4000)
        soundfile.write(folder / f"1-1-{number:04}.flac", noise, 16000)
    lines = [f"1-1-{number:04} WORD\n" for number in range(utterances)]
    (folder / "1-1.trans.txt").write_text("".join(lines))
    return folder


def test_pipes_devices_and_folders_with_names_of_speech_are_listed_and_not_opened(tmp_path):
    folder = speech(tmp_path)
    for number in (0, 1):
        (folder / f"1-1-000{number}.flac").unlink()
    os.mkfifo(folder / "1-1-0000.flac")
    (folder / "1-1-0001.flac").symlink_to("/dev/zero")
    os.mkfifo(folder / "other.trans.txt")
    os.mkfifo(folder / "a.wav")
    listing = list_corpus(tmp_path / "speech")
    assert listing.utterances["utterance_id"].tolist() == ["1-1-0002"]
    reasons = {Path(row.path).name: row.reason for row in listing.rejected.itertuples()}
    assert reasons == {
        "1-1-0000.flac": "is not a file",
        "1-1-0001.flac": "is not a file",
        "other.trans.txt": "this transcript is not a file",
        "a.wav": "audio without a transcript line",
    }
    with pytest.raises(UserError, match="is not a file"):
        audio.load(folder / "1-1-0000.flac", 16000)


def test_names_that_are_no_text_are_listed(tmp_path):
    folder = speech(tmp_path)
    odd = os.fsencode(folder) + b"/caf\xe9.flac"
    shutil.copy(folder / "1-1-0000.flac", odd)
    listing = list_corpus(tmp_path / "speech")
    listing.write(tmp_path / "u.csv", tmp_path / "r.csv")
    assert len(corpus.read(tmp_path / "u.csv")) == 3
    assert "caf\\xe9.flac,the name of the file or of a folder is not UTF-8" in (
        tmp_path / "r.csv"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize("given", ["four", "", "-4000", "nan", "inf"])
def test_text_where_a_number_of_an_utterance_belongs_is_one_line(tmp_path, given):
    speech(tmp_path)
    list_corpus(tmp_path / "speech").write(tmp_path / "u.csv", tmp_path / "r.csv")
    table = (tmp_path / "u.csv").read_text().replace(",4000,", f",{given},", 1)
    (tmp_path / "u.csv").write_text(table)
    with pytest.raises(UserError, match=r"u\.csv: line 2: samples is .*, not a number above 0"):
        corpus.read(tmp_path / "u.csv")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"model,ctc_weight,latency_mean_s\nm\xe9,0.3,1\n", "is no table"),
        (
            b"model,ctc_weight,latency_mean_s\nm,0.3,1,2,3,4\nm,0.3\n1,2,3,4,5,6,7,8\n",
            "is no table",
        ),
        (b"model,ctc_weight,latency_mean_s\nm,0.3,fast\n", "line 2: latency_mean_s is 'fast'"),
        (b"", "is empty"),
    ],
)
def test_a_table_that_is_none_is_one_line(tmp_path, content, said):
    (tmp_path / "latency.csv").write_bytes(content)
    with pytest.raises(UserError, match=said) as raised:
        table_csv.read(tmp_path, "latency")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("program", ["plot_figure.py", "show_summary.py", "make_table.py"])
def test_a_column_that_is_not_there_is_one_line_in_every_program_that_reads_tables(
    tmp_path, program
):
    tables = tmp_path / "results/tables"
    tables.mkdir(parents=True)
    for name in ("parameters", "latency", "energy", "wer", "summary"):
        (tables / f"{name}.csv").write_text("model\nm\n")
    study = raw_rows.study(("m",), ["0.3"])
    (tmp_path / "c.json").write_text(study.model_dump_json())
    out = {
        "plot_figure.py": ["latency", "--out", "figure.png"],
        "show_summary.py": [],
        "make_table.py": ["summary", "--csv", "a.csv", "--markdown", "a.md", "--latex", "a.tex"],
    }[program]
    line = run(program, "--config", "c.json", *out, cwd=tmp_path)
    assert line.startswith(f"{program}: results/tables: a table has no ")


@pytest.mark.parametrize("versions", [["torch"], "2.0", 3])
def test_versions_of_another_shape_are_one_line(versions):
    with pytest.raises(UserError, match=r"has versions .* must be a block of packages"):
        results_version.check({"results_version": 1, "versions": versions}, "compare: b.zip")


@pytest.fixture
def full_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"a small disk cannot be mounted here: {error}")
    with (disk / "filled").open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(512))
            except OSError:
                break
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_one_line(tmp_path, full_disk):
    speech(tmp_path)
    listed = ["--folder", "speech", "--channels", "mix", "--rejected"]
    line = run("list_utterances.py", *listed, "r.csv", "--out", "disk/u.csv", cwd=tmp_path)
    assert "No space left on device; free some space, and run the same command again" in line
    assert not (full_disk / "u.csv").exists()


ROWS = """
import sys
from asrbench.basics import errors
from asrbench.basics.resumable_csv import RowFile
def main():
    rows = RowFile(sys.argv[1], ["a"], {})
    for number in range(100000):
        rows.write({"a": number})
errors.run(main)
"""


def test_rows_that_find_no_room_are_one_line_and_those_before_are_kept(tmp_path, full_disk):
    (full_disk / "filled").unlink()
    command = [sys.executable, "-c", ROWS, str(full_disk / "rows.csv")]
    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True)
    assert done.returncode == 1 and "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    (part,) = full_disk.glob("*.part")
    assert part.read_text().splitlines()[:3] == ["a,segment", "0,0", "1,0"]


def test_a_file_that_may_not_be_written_is_one_line(tmp_path):
    speech(tmp_path)
    (tmp_path / "taken").write_text("a file where a folder should be")
    listed = ["--folder", "speech", "--channels", "mix", "--rejected", "r.csv"]
    line = run("list_utterances.py", *listed, "--out", "taken/u.csv", cwd=tmp_path)
    assert line.startswith("list_utterances.py: taken") and "the same command again" in line


def test_a_device_of_another_shape_is_one_line_in_the_report(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/device.json").write_text(json.dumps({"versions": ["torch"]}))
    study = raw_rows.study(("m",), ["0.3"])
    (tmp_path / "c.json").write_text(study.model_dump_json())
    line = run("make_report_page.py", "--config", "c.json", "--out", "p.html", cwd=tmp_path)
    assert "must be a block of packages" in line
