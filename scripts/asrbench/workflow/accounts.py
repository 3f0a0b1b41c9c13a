"""Whose the files of a run are: under sudo those of the account that called it.

Only the process that reads meters needs root (:mod:`asrbench.device.rights`). A run that sudo
started in a folder of its caller begins again as the caller, with the right to start that one
process. Nothing that the run writes then keeps the caller's next run from going on.
"""

import os
import pwd
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path

from asrbench.basics.errors import UserError

# What a run writes, below the folder that it works in.
WRITTEN = (".snakemake", "results", "resources", "quick")
# To become root for one program, and to end that program.
_KEPT = "+setuid,+setgid,+kill"
# Becoming root for one reading, and the caller again, loses none of these.
_STAY = "+no_setuid_fixup"


def give_up_root(directory: Path | None, cache: Path) -> None:
    """Begin again as the account that called sudo, where this folder is that account's.

    What an earlier run left behind as root becomes the caller's too. Where there is nothing to
    give up this returns.

    Args:
        directory: the --directory of the run, as it was given; None where none was.
        cache: Snakemake's own, which may lie in the caller's home.

    Raises:
        UserError: the run cannot be started again as the caller.
    """
    user, group = (int(os.environ.get(f"SUDO_{which}", 0)) for which in ("UID", "GID"))
    if os.geteuid() != 0 or user == 0 or os.stat(".").st_uid != user:
        return
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise UserError("there is no setpriv, to run as the account that called sudo; install it")
    for path in [*_written(WRITTEN), *_of_account(user, cache)]:
        if os.lstat(path).st_uid == 0:
            os.chown(path, user, group, follow_symlinks=False)
    os.chdir(_began_in(directory))
    account = pwd.getpwuid(user)
    caller = {"HOME": account.pw_dir, "USER": account.pw_name, "LOGNAME": account.pw_name}
    as_caller = [f"--reuid={user}", f"--regid={group}", "--init-groups"]
    kept = [f"--inh-caps={_KEPT}", f"--ambient-caps={_KEPT}", f"--securebits={_STAY}"]
    again = [sys.executable, *sys.orig_argv[1:]]
    sys.stdout.flush()
    os.execve(setpriv, [setpriv, *as_caller, *kept, *again], os.environ | caller)


def check_ours() -> None:
    """See that what is written here may be written by this account.

    Raises:
        UserError: another account's run left files that this one may not write.
    """
    if os.geteuid() == 0:
        return
    for path in _written(WRITTEN):
        state = os.lstat(path)
        if state.st_uid != os.geteuid() and not os.access(path, os.W_OK):
            name, top = pwd.getpwuid(os.geteuid()).pw_name, path.parts[0]
            raise UserError(
                f"{path.absolute()} is another account's (uid {state.st_uid}) and cannot be "
                f"written by {name}; make it yours: sudo chown -R {name}: {Path(top).absolute()}"
            )


def _written(tops: Iterable[str | Path]) -> Iterator[Path]:
    for top in filter(os.path.isdir, tops):
        yield Path(top)
        for folder, folders, files in os.walk(top):
            yield from (Path(folder, name) for name in [*folders, *files])


def _of_account(user: int, cache: Path) -> list[Path]:
    """What is in the cache, and the folders around it, as far as a folder of that account."""
    around = list(takewhile(lambda at: at.stat().st_uid != user, [cache, *cache.parents]))
    return [] if Path("/") in around else [*around, *_written([cache])]


def _began_in(directory: Path | None) -> str:
    """The folder that the run was started in, to which the paths of its arguments are relative."""
    here = directory or Path()
    # The working directory is --directory by now, and a relative one may lead back to itself: it is
    # asked last. sudo does not tell PWD, and has kept the folder that it was called in.
    told = [os.environ["PWD"]] if "PWD" in os.environ else []
    for folder in (*told, f"/proc/{os.getppid()}/cwd", "."):
        there = Path(folder) / here
        if there.is_dir() and os.path.samefile(there, "."):
            return folder
    raise UserError(f"--directory {directory}: give it as an absolute path under sudo")
