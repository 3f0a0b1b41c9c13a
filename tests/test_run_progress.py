"""What a run says of its progress, from the events of Snakemake's log."""

import io
import json
import logging

import pytest
from asrbench.workflow.run_progress import RunProgress, Times, spoken, stage
from rich.console import Console


def record(event: str, **more) -> logging.LogRecord:
    made = logging.LogRecord("snakemake", logging.INFO, "", 0, "", None, None)
    vars(made).update(event=event, **more)
    return made


@pytest.fixture
def told():
    return io.StringIO()


@pytest.fixture
def progress(tmp_path, told):
    (tmp_path / "logs").mkdir()
    made = RunProgress(tmp_path / "logs/times.json", 2, Console(file=told, force_terminal=True))
    made.emit(record("run_info", stats={"measure_latency": 3, "make_table": 2, "total": 5}))
    return made


def run(progress: RunProgress, jobid: int, rule: str) -> None:
    progress.emit(record("job_info", jobid=jobid, rule_name=rule))
    progress.emit(record("job_finished", job_id=jobid))


def test_stages_are_counted_and_whole_ones_left_out(progress, told):
    run(progress, 1, "measure_latency")
    assert "latency 1/3 · tables and figures 0/2" in told.getvalue()
    assert progress.left_s() is None  # nobody knows how long a table takes
    for jobid, rule in enumerate(["measure_latency", "measure_latency", "make_table"], start=2):
        run(progress, jobid, rule)
    assert str(progress.line()).startswith("tables and figures 1/2 · about")
    run(progress, 9, "make_table")
    assert str(progress.line()) == "all jobs done"


def test_time_left_takes_turns_for_what_measures_and_shares_cores_for_the_rest(progress):
    progress.times = Times({"measure_latency": 100.0, "make_table": 10.0})
    assert progress.left_s() == pytest.approx(3 * 100 + 2 * 10 / 2)
    progress.times.add("measure_latency", 40.0)
    progress.done["measure_latency"] = 1
    assert progress.left_s() == pytest.approx(2 * 40 + 2 * 10 / 2)


def test_times_are_kept_for_the_next_run_and_its_dry_run(progress, tmp_path):
    progress.times.earlier = {"plot_figure": 3.0}
    progress.times.add("measure_latency", 60.0)
    progress.close()
    file = tmp_path / "logs/times.json"
    assert json.loads(file.read_text()) == {"plot_figure": 3.0, "measure_latency": 60.0}
    out = io.StringIO()
    dry = RunProgress(file, 2, Console(file=out), dryrun=lambda: True)
    dry.emit(record("run_info", stats={"measure_latency": 2, "make_table": 1, "total": 3}))
    dry.close()
    assert "latency: 2 jobs, about 2 min, by the last run's times" in out.getvalue()
    assert "tables and figures: 1 job, never run here" in out.getvalue()


@pytest.mark.parametrize("content", ["", "[]", '{"a": "b"}', "{", '{"a": null}'])
def test_a_broken_file_of_times_says_nothing(tmp_path, content):
    (tmp_path / "times.json").write_text(content)
    assert RunProgress(tmp_path / "times.json", 1, Console(file=io.StringIO())).times.all() == {}


def test_plain_lines_are_not_told_for_every_job(tmp_path, told):
    plain = RunProgress(tmp_path / "times.json", 1, Console(file=told))
    plain.emit(record("run_info", stats={"measure_latency": 50}))
    for jobid in range(50):
        run(plain, jobid, "measure_latency")
    assert told.getvalue().count("\n") == 1 and "\x1b" not in told.getvalue()


def test_records_of_other_kinds_are_passed_over(progress, told):
    progress.emit(logging.LogRecord("snakemake", logging.INFO, "", 0, "words", None, None))
    progress.emit(record("job_finished", job_id=77))
    assert told.getvalue() == ""


def test_every_rule_has_a_stage_and_spoken_times_are_short():
    assert stage("measure_energy") == "energy" and stage("plot_figure") == "tables and figures"
    found = [spoken(s) for s in (0.2, 59, 61, 5399, 5400)]
    assert found == ["about 1 s", "about 59 s", "about 1 min", "about 90 min", "about 1.5 h"]


def test_warnings_of_jobs_are_told_again_where_the_run_ends(progress, told, tmp_path):
    log = tmp_path / "logs/round1.log"
    log.write_text("latency m: 3 of 4 inputs\nwarning: round1.csv: all 4 rows failed (why)\n")
    progress.emit(record("job_info", jobid=1, rule_name="measure_latency", log=[str(log)]))
    progress.emit(record("job_finished", job_id=1))
    assert "warning" not in told.getvalue()
    progress.close()
    assert told.getvalue().count("warning: round1.csv: all 4 rows failed (why)") == 1
