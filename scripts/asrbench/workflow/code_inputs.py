"""Which files of this project a script runs, so that an edit reruns what uses them and no more."""

import os
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path

DATA = (".csv", ".html", ".css", ".js")
SCRIPTS = Path(__file__).resolve().parents[2]


@cache
def files_of(script: str) -> list[str]:
    """The script and every module of the package that it imports, directly or not.

    A data file that stands beside a module under the same name belongs to it.

    Args:
        script: file name of a script, such as ``measure_latency.py``.

    Returns:
        Paths relative to the working directory, so that a project that is moved
        as a whole has the same inputs: the script first, then the modules, sorted.
    """
    finder = ModuleFinder(path=[str(SCRIPTS)])
    finder.run_script(str(SCRIPTS / script))
    found = {Path(module.__file__) for module in finder.modules.values() if module.__file__}
    besides = {file.with_suffix(ending) for file in found for ending in DATA}
    found |= {file for file in besides if file.exists()}
    modules = sorted(os.path.relpath(file) for file in found - {SCRIPTS / script})
    return [os.path.relpath(SCRIPTS / script), *modules]
