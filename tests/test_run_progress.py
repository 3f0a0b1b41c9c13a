"""What a run says of its progress, from the events of Snakemake's log."""

import io
import json
import logging

import pytest
from asrbench.workflow import quiet_terminal
from asrbench.workflow.job_times import Times, spoken
from asrbench.workflow.run_progress import RunProgress, stage
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
    made = RunProgress(tmp_path / "logs/times.json", 2, Console(file=told, width=200))
    made.emit(record("run_info", stats={"measure_latency": 3, "make_table": 2, "total": 5}))
    return made


def run(progress: RunProgress, jobid: int, rule: str) -> None:
    progress.emit(record("job_info", jobid=jobid, rule_name=rule))
    progress.emit(record("job_finished", job_id=jobid))


def test_the_line_tells_the_stage_and_the_job_that_runs_and_how_far_it_is(progress, tmp_path):
    log = tmp_path / "logs/round1.log"
    job = {"jobid": 1, "rule_name": "measure_latency", "log": [str(log)]}
    progress.emit(record("job_info", rule_msg="Measure latency: lstm ctc0.3, round 1", **job))
    assert str(progress.line()) == "latency 0/3 · lstm ctc0.3, round 1"
    log.write_text("latency lstm/ctc0.3: 12 inputs of 50, 24 %, 30 s left\n")
    assert str(progress.line()) == "latency 0/3 · lstm ctc0.3, round 1 · 24 %"


def test_stages_are_told_in_turn_until_all_is_done(progress):
    run(progress, 1, "measure_latency")
    assert str(progress.line()) == "latency 1/3"
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
    run(progress, 1, "list_utterances")
    progress.times.spent.pop("list_utterances")
    progress.close()
    file = tmp_path / "logs/times.json"
    assert json.loads(file.read_text()) == {"plot_figure": 3.0, "measure_latency": 60.0}
    out = io.StringIO()
    dry = RunProgress(file, 2, Console(file=out), dryrun=lambda: True)
    dry.emit(record("run_info", stats={"measure_latency": 2, "make_table": 1, "total": 3}))
    dry.close()
    assert "latency: 2 jobs, about 2 min, by times found here" in out.getvalue()
    assert "tables and figures: 1 job, never run here" in out.getvalue()
    assert "In all about 2 min, without tables and figures." in out.getvalue()


def test_where_nothing_was_measured_a_pilot_tells(tmp_path):
    expected = tmp_path / "pilot.json"
    stats = {"measure_latency": 30, "make_table": 1}

    def outlook():
        dry = RunProgress(tmp_path / "times.json", 1, Console(), lambda: True, expected=expected)
        dry.emit(record("run_info", stats=stats))
        return dry.outlook()

    assert (
        outlook() == "How long it will take is not known; snakemake pilot tells in about a minute."
    )
    expected.write_text('{"measure_latency": 10}')
    assert outlook() == "In all about 5 min, without tables and figures."
    (tmp_path / "times.json").write_text('{"measure_latency": 20, "make_table": 60}')
    assert outlook() == "In all about 11 min."


@pytest.mark.parametrize("content", ["", "[]", '{"a": "b"}', "{", '{"a": null}'])
def test_a_broken_file_of_times_says_nothing(tmp_path, content):
    (tmp_path / "times.json").write_text(content)
    assert RunProgress(tmp_path / "times.json", 1, Console(file=io.StringIO())).times.all() == {}


def test_a_terminal_has_one_line_and_a_pipe_a_line_each_time(tmp_path, told):
    for terminal in (True, False):
        told.truncate(0)
        console = Console(file=told, force_terminal=terminal, width=40)
        progress = RunProgress(tmp_path / "times.json", 1, console)
        progress.emit(record("run_info", stats={"measure_latency": 50}))
        message = "Measure latency: a model of a very long name ctc0.3, round 1"
        job = {"jobid": 1, "rule_name": "measure_latency", "rule_msg": message}
        progress.emit(record("job_info", **job))
        if terminal:
            progress.begin()
        for _ in range(3):
            progress.tell()
        assert told.getvalue().count("\n") == 1 + (0 if terminal else 3)
        assert ("\x1b" in told.getvalue()) == terminal
        assert ("round 1" in told.getvalue()) != terminal
        progress.close()


def test_a_failed_job_is_one_line_with_the_end_of_its_log(progress, told, tmp_path):
    log = tmp_path / "logs/round1.log"
    log.write_text("latency lstm: 1 of 4\nmeasure_latency.py: a.flac: there is no such file\n")
    job = {"jobid": 1, "rule_name": "measure_latency", "log": [str(log)]}
    progress.emit(record("job_info", rule_msg="Measure latency: lstm ctc0.3, round 1", **job))
    progress.emit(record("job_error", jobid=1, shellcmd="python …", input=["x"] * 40))
    assert told.getvalue() == (
        "failed: Measure latency: lstm ctc0.3, round 1: "
        f"measure_latency.py: a.flac: there is no such file ({log})\n"
    )
    assert progress.done["measure_latency"] == 0 and not progress.times.spent


@pytest.mark.parametrize(
    ("rule", "answer"), [("pilot", "two\n"), ("self_test", "one\ntwo\n"), ("make_table", "")]
)
def test_what_a_person_asked_for_is_told_and_not_in_a_log_alone(
    progress, told, tmp_path, rule, answer
):
    log = tmp_path / "logs/asked.log"
    log.write_text("one\ntwo\n")
    progress.emit(record("job_info", jobid=1, rule_name=rule, log=[str(log)]))
    progress.emit(record("job_finished", job_id=1))
    assert told.getvalue() == answer


def test_what_snakemake_says_is_shown_where_something_is_wrong_with_no_job():
    def shown(level: int, message: str, **more) -> bool:
        made = logging.LogRecord("snakemake", level, "", 0, message, None, None)
        vars(made).update(more)
        return quiet_terminal.keep(made)

    assert shown(logging.ERROR, "MissingInputException in rule plot_figure", event="error")
    assert shown(logging.INFO, "Nothing to be done (all requested files are present).")
    assert not shown(logging.INFO, "Building DAG of jobs...")
    assert not shown(logging.ERROR, "Error in rule make_table", event="job_error")
    one_of_them = "WorkflowError:\nAt least one job did not complete successfully."
    assert not shown(logging.ERROR, one_of_them, event="error")
    assert not shown(logging.ERROR, "RuleException:\nCalledProcessError in file …", event="error")


def test_records_of_other_kinds_are_passed_over(progress, told):
    progress.emit(logging.LogRecord("snakemake", logging.INFO, "", 0, "words", None, None))
    progress.emit(record("job_finished", job_id=77))
    assert told.getvalue() == ""


def test_every_rule_has_a_stage_and_spoken_times_are_short():
    assert stage("measure_energy") == "energy" and stage("plot_figure") == "tables and figures"
    found = [spoken(s) for s in (0.2, 59, 61, 5399, 5400)]
    assert found == ["about 1 s", "about 59 s", "about 1 min", "about 90 min", "about 1.5 h"]


def test_warnings_of_jobs_are_told_where_the_run_ends_and_once_where_only_numbers_differ(
    progress, told, tmp_path
):
    for jobid, load in enumerate(("1.5", "0.7", "2.0")):
        log = tmp_path / f"logs/round{jobid}.log"
        log.write_text(f"latency m: 3 of 4 inputs\nwarning: load by others: {load} cores\n")
        job = {"jobid": jobid, "rule_name": "measure_latency", "log": [str(log)]}
        progress.emit(record("job_info", **job))
        progress.emit(record("job_finished", job_id=jobid))
    assert "warning" not in told.getvalue()
    progress.close()
    assert told.getvalue().count("warning: ") == 1
    assert "warning: load by others: 1.5 cores (and 2 more like it, in" in told.getvalue()
