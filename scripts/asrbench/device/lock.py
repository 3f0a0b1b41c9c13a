"""One measurement at a time on one device, whoever started it."""

import os
import time
from contextlib import contextmanager

from asrbench.basics import kernel_lock
from asrbench.basics.errors import UserError

# What is held: the kernel's own folder of this device's processor. It is there for every account
# and every TMPDIR, and nobody can take it away, or put a link or another file in its place.
HELD = next(folder for folder in ("/sys/devices/system/cpu", "/") if os.path.isdir(folder))

# Longer than any one measurement; an account that holds the device for ever stops nobody for ever.
PATIENCE_S = 6 * 3600
_PAUSE_S = 0.2


@contextmanager
def measuring(patience_s: float = PATIENCE_S):
    """Hold the device; where another measurement holds it, say so and wait for its end.

    Args:
        patience_s: how long one holder is waited for.

    Raises:
        UserError: one process held the device for longer than that.
    """
    file = os.open(HELD, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _wait(file, patience_s)
        yield
    finally:
        os.close(file)


def _wait(file: int, patience_s: float) -> None:
    waited_for, since_s = "", time.monotonic()
    while not kernel_lock.take(file):
        holder = kernel_lock.holder(file)
        if holder != waited_for:
            print(f"waiting: another measurement runs on this device: {holder}", flush=True)
            waited_for, since_s = holder, time.monotonic()
        if time.monotonic() - since_s > patience_s:
            raise UserError(
                f"{holder} has held this device for {patience_s / 3600:.3g} h; end it if it "
                "measures nothing, and run the same command again"
            )
        time.sleep(_PAUSE_S)
