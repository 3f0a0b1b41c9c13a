"""Locks that the kernel frees when their holder ends, however it ends: nothing is left to remove.

A descriptor that can only be read is enough, so that another account's file, or a folder, will do.
"""

import contextlib
import errno
import fcntl
import os
import pwd
from pathlib import Path

_LOCKS = Path("/proc/locks")


def take(file: int) -> bool:
    """Hold an open file, if nobody else does; until it is closed, or this process ends.

    Where a file system knows no locks, everyone is told that they hold it.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        return error.errno in (errno.ENOLCK, errno.EOPNOTSUPP)
    return True


def holder(file: int) -> str:
    """Who holds an open file, such as 'process 4711 (python measure_latency.py) of pi'."""
    number = _holders_number(file)
    if number is None:
        return "another process"
    told = f"process {number}"
    process = Path("/proc", str(number))
    with contextlib.suppress(OSError, KeyError):
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")[:3]
        words = [Path(word).name for word in words if word.isprintable() and word[:2] != "--"]
        told += f" ({' '.join(filter(None, words))})"
        told += f" of {pwd.getpwuid(process.stat().st_uid).pw_name}"
    return told


def _holders_number(file: int) -> int | None:
    state = os.fstat(file)
    device = f"{os.major(state.st_dev):02x}:{os.minor(state.st_dev):02x}"
    with contextlib.suppress(OSError):
        for line in _LOCKS.read_text().splitlines():
            _number, kind, *rest = line.split()  # '->' in place of the kind is who waits
            if kind == "FLOCK" and rest[3] == f"{device}:{state.st_ino}" and int(rest[2]) > 0:
                return int(rest[2])
    return None
