"""One run at a time in one folder of results; a run that was killed leaves no lock behind."""

import os
from pathlib import Path

from asrbench.basics import kernel_lock
from asrbench.basics.errors import UserError

_FILE = Path(".snakemake/run.lock")
_held: list[int] = []


def hold() -> None:
    """Hold the working directory until this process ends.

    Raises:
        UserError: another run holds it.
    """
    _FILE.parent.mkdir(exist_ok=True)
    file = _opened()
    if not kernel_lock.take(file):
        raise UserError(
            f"{Path.cwd()}: another run works in this folder: {kernel_lock.holder(file)}; wait for "
            "its end or stop it, or give another --directory"
        )
    _held.append(file)


def _opened() -> int:
    try:
        # A network's file system locks only what can be written.
        return os.open(_FILE, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:  # another account's
        return os.open(_FILE, os.O_RDONLY)
