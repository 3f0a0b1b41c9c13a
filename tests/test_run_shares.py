"""What the wall time of a run went into, of made-up runs whose sums are known."""

import json
import logging
import time

import pytest
from asrbench.basics import clock_time
from asrbench.workflow import run_shares
from asrbench.workflow.run_progress import RunProgress
from asrbench.workflow.run_shares import JobTime
from rich.console import Console

RUN = [
    JobTime("list_utterances", 0.0, 2.0),
    JobTime("measure_latency", 3.0, 13.0, clocks_s=6.0),
    JobTime("measure_energy", 13.0, 23.0, clocks_s=5.0),
    # Two at once: each has half of the time.
    JobTime("decode_shard", 23.0, 33.0, clocks_s=8.0),
    JobTime("decode_shard", 23.0, 33.0, clocks_s=4.0),
    JobTime("make_table", 34.0, 38.0),
    JobTime("plot_figure", 36.0, 40.0),
    JobTime("report_page", 40.0, 42.0),
    JobTime("make_table", 42.0, 43.0, failed=True),
]


def test_each_second_of_a_run_is_in_one_part():
    found = run_shares.parts(RUN)
    assert found == pytest.approx(
        {
            run_shares.CLOCKS: 6 + 5,
            run_shares.DECODING: (8 + 4) / 2,
            run_shares.STARTING: 4 + 5 + (2 + 6) / 2,
            run_shares.TABLES: 2 + 1,
            run_shares.FIGURES: 1 + 2,
            run_shares.REPORT: 2,
            run_shares.OTHERS: 2,
            run_shares.FAILED: 1,
            run_shares.NO_JOB: 1 + 1,
        }
    )
    assert sum(found.values()) == pytest.approx(43)
    assert run_shares.share(found) == pytest.approx(17 / 43)
    assert run_shares.line(found).startswith("40 % of 43 s measured: in the clocks 11 s, ")


def test_a_run_of_nothing_measured_nothing():
    assert run_shares.parts([]) == {} and run_shares.share({}) == 0


def test_what_failed_measured_nothing_and_no_job_measures_longer_than_it_ran():
    failed = JobTime("measure_latency", 0.0, 10.0, clocks_s=6.0, failed=True)
    assert run_shares.parts([failed]) == {run_shares.FAILED: 10.0}
    longer = JobTime("measure_latency", 0.0, 10.0, clocks_s=11.0)
    assert run_shares.parts([longer]) == {run_shares.CLOCKS: 10.0}


def test_a_program_says_how_long_it_measured_in_its_log(tmp_path, capsys):
    print("latency m: 3 of 4 inputs")
    clock_time.tell(12.3456)
    (tmp_path / "a.log").write_text(capsys.readouterr().out)
    assert clock_time.told(tmp_path / "a.log") == 12.346
    (tmp_path / "b.log").write_text("in turn with ctc0.0\n")
    assert clock_time.told(tmp_path / "b.log") == clock_time.told(tmp_path / "c.log") == 0


def test_the_shares_of_a_run_stand_beside_its_times(tmp_path, monkeypatch):
    now_s = iter((100.0, 110.0, 111.0, 113.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(now_s))
    (tmp_path / "a.log").write_text("clocks_s=7.500\n")
    progress = RunProgress(tmp_path / "times.json", 2, Console(quiet=True))
    for jobid, rule in enumerate(("measure_latency", "make_table")):
        job = {"jobid": jobid, "rule_name": rule, "log": [str(tmp_path / "a.log")][: 1 - jobid]}
        for event, said in (("job_info", job), ("job_finished", {"job_id": jobid})):
            record = logging.LogRecord("snakemake", logging.INFO, "", 0, "", None, None)
            vars(record).update(event=event, **said)
            progress.emit(record)
    progress.close()
    told = json.loads((tmp_path / "run_shares.json").read_text())
    assert told["share"] == pytest.approx(7.5 / 13)
    assert told["parts_s"] == pytest.approx(
        {
            run_shares.CLOCKS: 7.5,
            run_shares.STARTING: 2.5,
            run_shares.TABLES: 2.0,
            run_shares.NO_JOB: 1.0,
        }
    )
