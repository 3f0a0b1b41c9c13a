"""Paths as the files of a run name them."""

import os
from pathlib import Path


def portable(path: str | Path) -> str:
    """``path`` from the working directory: relative when it lies below, absolute otherwise.

    Links are left as they are, so that the user finds the names that they gave.
    """
    whole = Path(os.path.abspath(path))
    here = Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)
