"""A run that is killed goes on by the same command, and only one run works in a folder."""

import os
import re
import signal
import subprocess
import time

import kill_loop
import pytest


@pytest.mark.parametrize("kills", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_killed_it_ends_as_one_left_alone(tmp_path, kills):
    study = kill_loop.loop(tmp_path / "study", kills=kills, seed=5)
    assert study.kills == kills


@pytest.mark.parametrize("profile", [[], ["--profile", str(kill_loop.ROOT / "profiles/slurm")]])
def test_a_second_run_in_the_same_folder_is_refused_in_one_line(tmp_path, profile):
    study = kill_loop.Killed(tmp_path / "study", seed=1)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    first = subprocess.Popen(study.command(), start_new_session=True, **pipes)
    try:
        wait_for(study.folder / "results/study.json")
        options = [*profile, "--executor", "local"] if profile else []
        second = subprocess.run(study.command(*options), **pipes)
        assert second.returncode != 0 and "Traceback" not in second.stdout
        (line,) = re.findall("^.*another run works in this folder.*$", second.stdout, re.M)
        assert f"process {first.pid} (python" in line and "unlock" not in second.stdout
        # What only looks is not refused.
        assert subprocess.run(study.command("-n"), **pipes).returncode == 0
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()


def wait_for(file) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
