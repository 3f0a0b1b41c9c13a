import io

from asrbench.basics import progress
from asrbench.basics.progress import Progress


def test_a_log_gets_plain_lines_and_only_now_and_then(monkeypatch):
    log = io.StringIO()
    clock = iter(range(0, 1000, 4))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with Progress("reading speech", 40, "files", stream=log) as bar:
        for done in range(1, 41):
            bar.at(done)
    lines = log.getvalue().splitlines()
    assert 1 < len(lines) < 20
    assert all(line.startswith("reading speech: ") for line in lines)
    assert "\r" not in log.getvalue()


def test_quick_work_leaves_no_trace():
    log = io.StringIO()
    with Progress("reading speech", 2, "files", stream=log) as bar:
        bar.at(1)
        bar.at(2)
    assert log.getvalue() == ""


def test_a_line_says_what_how_far_and_how_long_yet():
    bar = Progress("downloading a.zip", 400_000_000, stream=io.StringIO())
    bar.start_at(100_000_000)
    bar.at(200_000_000)
    assert bar.line(10.0) == "downloading a.zip: 200.0 MB of 400.0 MB, 50 %, 20 s left"


def test_a_total_that_nobody_knows_is_left_out():
    bar = Progress("downloading a.zip", None, stream=io.StringIO())
    bar.at(1_500_000)
    assert bar.line(3.0) == "downloading a.zip: 1.5 MB"
