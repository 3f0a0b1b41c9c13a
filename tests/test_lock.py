"""One measurement at a time on a device, whichever account it belongs to and however it ends."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from asrbench.basics.errors import UserError
from asrbench.device import lock

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
NOBODY = 65534

HOLD = """
import os, sys
from asrbench.device import lock
lock.HELD = sys.argv[1] or lock.HELD
if sys.argv[2] != str(os.getuid()):  # only now, since it may not even read the interpreter
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
with lock.measuring():
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextlib.contextmanager
def measuring(held: str = "", user: int = os.getuid(), **environment: str):
    """A process that measures until it is sent a line."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, held, str(user)],
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)} | environment,
        cwd="/",
        **pipes,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen) -> None:
    print(file=process.stdin, flush=True)
    assert process.wait() == 0


needs_accounts = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be other accounts")


def test_a_second_measurement_says_whom_it_waits_for_and_then_goes_on(tmp_path):
    with measuring(str(tmp_path)) as first:
        assert first.stdout.readline() == "held\n"
        with measuring(str(tmp_path)) as second:
            said = second.stdout.readline()
            assert said.startswith("waiting: another measurement runs on this device: process")
            assert f"process {first.pid} (python" in said
            ended(first)
            assert second.stdout.readline() == "held\n"
            ended(second)


def test_a_measurement_that_is_killed_holds_nothing(tmp_path):
    with measuring(str(tmp_path)) as first:
        assert first.stdout.readline() == "held\n"
        first.send_signal(signal.SIGKILL)
        first.wait()
        with lock_of(tmp_path):
            pass


@contextlib.contextmanager
def lock_of(folder: Path, patience_s: float = 0.0):
    kept = lock.HELD
    lock.HELD = str(folder)
    try:
        with lock.measuring(patience_s):
            yield
    finally:
        lock.HELD = kept


def test_who_holds_the_device_for_ever_is_named_in_one_line(tmp_path):
    with measuring(str(tmp_path)) as first:
        assert first.stdout.readline() == "held\n"
        with (
            pytest.raises(UserError, match=rf"process {first.pid} .* has held this device"),
            lock_of(tmp_path, patience_s=0.3),
        ):
            pytest.fail("measured all the same")


@needs_accounts
@pytest.mark.parametrize("accounts", [(0, NOBODY), (NOBODY, 0), (NOBODY, 65533)])
def test_accounts_wait_for_each_other(tmp_path, accounts):
    # Whatever the account sets as its folder of temporary files.
    with measuring(user=accounts[0], TMPDIR="/nonexistent") as first:
        line = first.stdout.readline()
        while line.startswith("waiting"):  # for a measurement that is no test
            line = first.stdout.readline()
        with measuring(user=accounts[1], TMPDIR=str(tmp_path)) as second:
            assert second.stdout.readline().startswith("waiting: another measurement runs")
            ended(first)
            assert second.stdout.readline() == "held\n"
            ended(second)


@needs_accounts
def test_no_other_account_can_take_the_place_of_what_is_held():
    state, above = os.stat(lock.HELD), os.stat(os.path.dirname(lock.HELD))
    assert state.st_uid == above.st_uid == 0
    assert not (state.st_mode | above.st_mode) & 0o022
