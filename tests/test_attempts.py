"""An input at which the process is killed becomes a failed row, and the others are measured."""

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from asrbench.basics.attempts import GIVEN_UP_AT, SUFFIX, Attempts, GivenUp

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"

# What is fatal stands in a file, so that it can be put right between two runs.
HEAD = """
import ctypes, os, signal, sys, time
from pathlib import Path
from asrbench.basics import errors
from types import SimpleNamespace
import numpy as np

LIMIT_S = 1.0 if Path("fatal").read_text() == "hang" else None

def work(name):
    fatal = Path("fatal").read_text()
    if name == "u1" and fatal == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "u1" and fatal == "memory":
        np.ones(1 << 27)
    if name == "u1" and fatal == "wait":
        print("working", flush=True)
        time.sleep(60)
    if name == "u1" and fatal == "hang":
        ctypes.PyDLL(None).sleep(60)  # in a library, and no other thread of Python can run
"""
TIMED = """
from asrbench.basics.resumable_csv import RowFile
from asrbench.engines.interface import Transcript
from asrbench.engines.processor import CPU
from asrbench.measure import latency
from asrbench.measure.peak_memory import PeakMemory

def take(name):
    return latency.Take({"utterance_id": name}, lambda: work(name) or np.zeros(100))

def main():
    recogniser = SimpleNamespace(
        sample_rate_hz=16000, frames=int, processor=CPU,
        transcribe=lambda _: Transcript("", 1, 0.0, 0.001, 0.009, 0.0, 0.0, 0.01, "end"))
    rows = RowFile("rows.csv", ["utterance_id", *latency.TIMED_COLUMNS], {}, LIMIT_S)
    timed, takes = [latency.Timed(recogniser, rows)], [take(f"u{n}") for n in range(3)]
    latency.time_in_turn(timed, takes, lambda _: None, PeakMemory())
    rows.finish()
errors.run(main)
"""
_WARMS_UP = "    latency.warm_up(recogniser, takes, rows.attempts)\n"
WARMED_UP = TIMED.replace("    latency.time", f"{_WARMS_UP}    latency.time")
DECODED = """
from asrbench.basics.part_file import PartFile
from asrbench.engines.interface import Transcript
from asrbench.measure import decode
from asrbench.sources.corpus import Utterance

def transcribe(row):
    work(row.utterance_id)
    return Transcript("", 1, 0.0, 0.001, 0.009, 0.0, 0.0, 0.01, "end")

def main():
    speech = [Utterance(f"u{n}", "s", "", 1, 16000, 1.0, "") for n in range(3)]
    out = PartFile("rows.csv", {}, LIMIT_S)
    decode.decode(transcribe, speech, out, "", lambda _: None)
    out.finish()
errors.run(main)
"""
BATCHES = """
from asrbench.basics.resumable_csv import RowFile
from asrbench.engines.espnet.front_end import FrontEnd, Framing
from asrbench.measure import batch

def main():
    batch.time_forward = lambda _model, speech, *_: (
        work(f"u{len(speech) - 1}") or {"encode_s": 0.1, "ctc_s": 0.1, "forward_s": 0.2})
    rows = RowFile("rows.csv", batch.COLUMNS, {}, LIMIT_S)
    cases = [(1, 0), (2, 0), (3, 0)]
    waveforms = [np.zeros(1000, np.float32)] * 3
    batch.sweep(None, FrontEnd(16000, (Framing(256),)), waveforms, cases, 1, rows, lambda _: None)
    rows.finish()
errors.run(main)
"""
STREAMED = """
from asrbench.basics.resumable_csv import RowFile
from asrbench.engines.interface import Transcript
from asrbench.engines.processor import CPU
from asrbench.measure import latency, streaming
from asrbench.measure.peak_memory import PeakMemory

def take(name):
    speech = np.random.default_rng(0).normal(0, 0.1, 8000).astype(np.float32)
    names = {"utterance_id": name, "piece_s": 0.1}
    return latency.Take(names, lambda: speech if work(name) is None else None)

def main():
    session = SimpleNamespace(feed=lambda _: "A", finish=lambda: Transcript("A"))
    recogniser = SimpleNamespace(
        sample_rate_hz=16000, streams=True, declares_end=False, listen=lambda: session,
        processor=CPU)
    rows = RowFile("rows.csv", ["utterance_id", "piece_s", *streaming.COLUMNS], {}, LIMIT_S)
    takes = [take(f"u{n}") for n in range(3)]
    streaming.time_all(recogniser, takes, None, rows, lambda _: None, PeakMemory())
    rows.finish()
errors.run(main)
"""
PROGRAMS = {"timed": TIMED, "warmed up": WARMED_UP, "decoded": DECODED, "batches": BATCHES}
PROGRAMS |= {"streamed": STREAMED}


class Program:
    """A program that works on three inputs, in a folder of its own."""

    def __init__(self, folder: Path, text: str, fatal: str):
        self.folder = folder
        (folder / "program.py").write_text(HEAD + text)
        self.fatal(fatal)

    def fatal(self, what: str) -> None:
        (self.folder / "fatal").write_text(what)

    def start(self, outlived: bool, **options) -> subprocess.Popen:
        witness = [str(SCRIPTS / "outlive.py")] if outlived else []
        return subprocess.Popen(
            [sys.executable, *witness, "program.py", "--out", "rows.csv"],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell has those that it starts in the background pass over it.
            preexec_fn=options.pop(
                "preexec_fn", lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
            ),
            **options,
        )

    def run(self, outlived: bool, **options) -> tuple[int, str]:
        with self.start(outlived, **options) as process:
            return process.wait(), process.stderr.read()

    def rows(self) -> list[dict]:
        text = (self.folder / "rows.csv").read_text()
        if text.startswith("{"):
            return [json.loads(line) for line in text.splitlines()]
        return list(csv.DictReader(text.splitlines()))

    def left(self) -> list[str]:
        return [file.name for file in self.folder.iterdir() if SUFFIX in file.name]


def mark_of(what: str, deaths: int) -> str:
    mark = {"what": what, "deaths": {what: deaths}, "given_up": {}, "limit_s": None}
    return json.dumps(mark)


def statuses(program: Program) -> list[str]:
    return [row["status"] for row in program.rows()]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_input_that_kills_is_a_failed_row_and_the_others_are_measured(tmp_path, name):
    program = Program(tmp_path, PROGRAMS[name], "kill")
    status, said = program.run(outlived=True)
    assert status == 0, said
    assert statuses(program) == ["ok", "failed", "ok"]
    assert "killed while it worked on this" in program.rows()[1]["reason"]
    # In the warm-up it is tried as often as in its row.
    assert said.count("once more") == (4 if name == "warmed up" else 2) and not program.left()


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_input_that_takes_longer_than_its_limit_is_a_failed_row(tmp_path, name):
    program = Program(tmp_path, PROGRAMS[name], "hang")
    status, said = program.run(outlived=True)
    assert status == 0, said
    assert statuses(program) == ["ok", "failed", "ok"]
    assert program.rows()[1]["reason"] == "took longer than decoding.timeout_s (1 s)"
    assert said.count("is given up") == (2 if name == "warmed up" else 1) and not program.left()


def limited_group(limit_bytes: int) -> Path:
    """A new group of processes that together have so much memory and no more."""
    for parent, name in [("memory", "memory.limit_in_bytes"), ("", "memory.max")]:
        group = Path("/sys/fs/cgroup", parent, f"asrbench-test-{os.getpid()}")
        with contextlib.suppress(OSError):
            group.mkdir()
            try:
                (group / name).write_text(str(limit_bytes))
                return group
            except OSError:
                group.rmdir()
    pytest.skip("needs the right to make a cgroup")


def test_what_the_kernel_kills_for_want_of_memory_is_a_failed_row(tmp_path):
    program = Program(tmp_path, TIMED, "memory")
    group = limited_group(700 << 20)
    try:
        joins = (group / "cgroup.procs").write_text
        status, said = program.run(outlived=True, preexec_fn=lambda: joins(str(os.getpid())))
    finally:
        group.rmdir()
    assert status == 0, said
    assert statuses(program) == ["ok", "failed", "ok"]


def test_a_run_that_was_killed_as_a_whole_goes_on_at_the_same_input(tmp_path):
    program = Program(tmp_path, TIMED, "kill")
    for _ in range(GIVEN_UP_AT - 1):
        assert program.run(outlived=False)[0] == -signal.SIGKILL
    assert len(program.left()) == 1
    program.fatal("")
    assert program.run(outlived=False)[0] == 0
    assert statuses(program) == ["ok", "ok", "ok"] and not program.left()


def test_a_run_that_is_killed_as_a_whole_at_one_input_for_ever_gives_it_up(tmp_path):
    program = Program(tmp_path, TIMED, "kill")
    for _ in range(GIVEN_UP_AT):
        assert program.run(outlived=False)[0] == -signal.SIGKILL
    assert program.run(outlived=False)[0] == 0
    assert statuses(program) == ["ok", "failed", "ok"]


@pytest.mark.parametrize("outlived", [False, True])
@pytest.mark.parametrize("request_to_end", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_asked_to_end_leaves_no_mark(tmp_path, outlived, request_to_end):
    program = Program(tmp_path, TIMED, "wait")
    with program.start(outlived, start_new_session=True) as process:
        assert process.stdout.readline() == "working\n"
        if request_to_end == signal.SIGINT:
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        else:
            process.terminate()
        assert process.wait() == (143 if request_to_end == signal.SIGTERM else 130)
    assert not program.left()


def test_a_program_that_is_killed_before_its_first_input_ends_with_the_reason(tmp_path):
    program = Program(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)", "")
    began = time.monotonic()
    status, said = program.run(outlived=True)
    assert status == 137 and "out of memory?" in said
    # Nor is it tried for ever where an earlier one had come further.
    (tmp_path / f"rows.csv.abc.part{SUFFIX}").write_text(mark_of("u1", 1))
    assert program.run(outlived=True)[0] == 137
    assert time.monotonic() - began < 60


def test_another_input_and_a_mark_that_says_nothing_count_no_deaths(tmp_path):
    attempts = Attempts(tmp_path / "mark")
    (tmp_path / "mark").write_text(mark_of("a", GIVEN_UP_AT))
    with pytest.raises(GivenUp), attempts.at("a"):
        pytest.fail("tried again")
    with attempts.at("b"):
        mark = json.loads((tmp_path / "mark").read_text())
        assert (mark["what"], mark["deaths"], list(mark["given_up"])) == ("b", {"b": 1}, ["a"])
    with pytest.raises(GivenUp), attempts.at("a"):
        pytest.fail("tried again after another")
    for nonsense in (
        "",
        "{}",
        "[1]",
        '{"what": "a", "deaths": "many"}',
        "\0\0",
        '{"what": "a", "deaths": 1}',
    ):
        (tmp_path / "mark").write_text(nonsense)
        with attempts.at("a"):
            pass
        assert not (tmp_path / "mark").exists(), nonsense
