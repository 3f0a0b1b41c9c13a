"""Runs programs where the kernel's files are others: mount namespaces, with a battery of files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent

# A battery made of files, in a mount namespace of its own; the command goes on inside it.
_BATTERY = """
set -e
mount --make-rprivate /
mount -t tmpfs none /sys/class/power_supply
cd /sys/class/power_supply
if [ "$1" != absent ]; then
    mkdir BAT0; cd BAT0
    echo Battery > type; echo 1 > present; echo "$1" > status
    if [ "$2" = wave ]; then
        "$PYTHON" "$TESTS/power_writer.py" battery power_now --seconds 300 &
        trap "kill $!" EXIT
        while [ ! -s power_now ]; do sleep 0.05; done
    elif [ "$2" = unreadable ]; then mkdir power_now
    else echo "$2" > power_now; fi
fi
cd "$3"; shift 3; "$@"
"""


def work() -> bool:
    """Whether mount namespaces can be made here."""
    if os.geteuid() != 0 or not Path("/sys/class/power_supply").is_dir():
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


def powertop_is_there() -> bool:
    """Whether the real powertop is installed."""
    return shutil.which("powertop", path="/usr/sbin:/usr/bin") is not None


needs_namespaces = pytest.mark.skipif(not work(), reason="needs root and mount namespaces")
needs_powertop = pytest.mark.skipif(
    not (powertop_is_there() and work()), reason="needs powertop, root and mount namespaces"
)


def with_battery(status: str, power: str, command: list[str], folder: Path, **options):
    """Run a command beside a battery of files.

    Args:
        status: of the battery, such as 'Discharging'; 'absent' for none.
        power: its microwatts, 'wave' for those of power_writer, or 'unreadable'.
    """
    return subprocess.run(
        ["unshare", "-m", "bash", "-c", _BATTERY, "bash", status, power, str(folder), *command],
        env=os.environ | {"PYTHON": sys.executable, "TESTS": str(TESTS)},
        capture_output=True,
        text=True,
        **options,
    )
