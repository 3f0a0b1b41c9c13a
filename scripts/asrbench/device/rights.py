"""Root's rights for the process that reads meters alone, where a run under sudo kept them.

Such a run works as its caller and may become root (CAP_SETUID); see
:mod:`asrbench.workflow.accounts`. Everywhere else these do nothing.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_SETUID = 7  # its bit; see capabilities(7)


def account() -> int | None:
    """The account of a process that reads meters: root's where it may be; None: this one's own."""
    return 0 if _may_become_root() else None


@contextlib.contextmanager
def of_root() -> Iterator[None]:
    """Read as root inside this block; files that are written in it would be root's."""
    user = os.geteuid()
    if not _may_become_root():
        yield
        return
    os.seteuid(0)
    try:
        yield
    finally:
        os.seteuid(user)


def _may_become_root() -> bool:
    status = Path("/proc/self/status").read_text()
    held = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return os.geteuid() != 0 and bool(int(held.split()[1], 16) >> _SETUID & 1)
