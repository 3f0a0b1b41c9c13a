"""One measurement at a time on one device, whoever started it."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

LOCK_FILE = Path(tempfile.gettempdir()) / "asrbench-measuring.lock"


@contextmanager
def measuring():
    """Hold the device; where another measurement holds it, say so and wait for its end."""
    lock = FileLock(LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("waiting: another measurement runs on this device", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
