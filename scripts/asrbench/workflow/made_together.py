"""What one process makes of a kind, such as tables: imports take ten times as long as making one.

The first job of a kind also makes the others of the run whose inputs are there, and leaves them
in a folder of the plan; their own jobs then only put them in their places.
"""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from asrbench.basics import kernel_lock
from asrbench.basics.run_plan import RunPlan

_PAUSE_S = 0.05
_WHOLE = "whole"

# Makes what has that name, into these files, and returns what to print of it.
Maker = Callable[[str, Sequence[Path]], str]


def make(
    planned: Path | None, kind: str, name: str, outputs: Sequence[Path], maker: Callable[[], Maker]
) -> None:
    """Make one, or put it in its place where another process of the run has made it.

    Args:
        planned: a JSON file of what the run is to make, by kind and name: ``outputs``, and
            ``after``, files that other jobs of the run make before; None: nothing else.
        outputs: of the one; the first of them is there only when all are.
        maker: imports what makes them.
    """
    plan = RunPlan(planned)
    if planned is None or not plan.kinds:
        print(maker()(name, outputs))
        return
    folder = planned.with_suffix("") / kind
    with _held(folder / name):
        if (folder / name / _WHOLE).exists():
            _put(folder / name, outputs)
            print(f"{outputs[0]}: made beside others by another job of this run")
            return
        makes = maker()
        told = makes(name, _in(folder / name, outputs))
        _put(folder / name, outputs)
        print(told, flush=True)
    for other, job in plan.kinds[kind].items():
        theirs = [Path(path) for path in job["outputs"]]
        with _held(folder / other, wait=False) as free:
            left = (folder / other / _WHOLE).exists()
            if free and not left and plan.waits(theirs[0], job["after"]):
                with contextlib.suppress(Exception):  # its own job will say it
                    makes(other, _in(folder / other, theirs))
                    (folder / other / _WHOLE).touch()


def _in(folder: Path, outputs: Sequence[Path]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / _name(path) for path in outputs]


def _name(path: Path) -> str:
    """With its folder's, since files of two folders may have one name."""
    return f"{path.parent.name}-{path.name}"


def _put(folder: Path, outputs: Sequence[Path]) -> None:
    """Give what is in the folder its place, first outputs last."""
    for path in reversed(outputs):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / _name(path), path)
    shutil.rmtree(folder)


@contextlib.contextmanager
def _held(path: Path, wait: bool = True) -> Iterator[bool]:
    """Hold a name, so that no two processes make the same; whether that was to be had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as file:
        while not (free := kernel_lock.take(file.fileno())) and wait:
            time.sleep(_PAUSE_S)
        yield free
