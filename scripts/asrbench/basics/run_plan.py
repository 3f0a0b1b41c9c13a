"""What a run is to make, as its workflow planned it: by kind or stage, and by name or file.

A file is made when it was written since the plan was: an older one is of a run before, and will
be made again.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from asrbench.basics.json_file import read_json


class RunPlan:
    """The plan of a run.

    Args:
        path: its JSON file, which the run writes when it begins; None or none there: nothing
            is planned, as where a script is called by hand.

    Attributes:
        kinds: what is told of each, with ``after``: files that other jobs of the run make before.
    """

    def __init__(self, path: str | Path | None):
        self.kinds: dict[str, dict[str, dict]] = {}
        self._began_s = float("inf")
        if path is not None and Path(path).is_file():
            self.kinds = read_json(Path(path))
            self._began_s = Path(path).stat().st_mtime

    def waits(self, output: str | Path, after: Iterable[str]) -> bool:
        """Whether one is still to be made, and what it is made of is there."""
        return not self._made(output) and all(map(self._made, after))

    def _made(self, path: str | Path) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return Path(path).stat().st_mtime >= self._began_s
        return False
