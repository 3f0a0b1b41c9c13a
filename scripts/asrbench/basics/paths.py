"""Paths as the files of a run name them, and as archives leave them."""

import os
from pathlib import Path


def portable(path: str | Path) -> str:
    """``path`` from the working directory: relative when it lies below, absolute otherwise.

    Links are left as they are, so that the user finds the names that they gave.
    """
    whole = Path(os.path.abspath(path))
    here = Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def innermost(root: Path) -> Path:
    """The folder itself, or the only folder in it, as an archive leaves one."""
    while len(below := list(root.iterdir())) == 1 and below[0].is_dir():
        root = below[0]
    return root
