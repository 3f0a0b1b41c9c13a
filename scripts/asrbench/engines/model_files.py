"""Finds the files of a model in a folder, and says what a folder lacks."""

from collections.abc import Mapping
from pathlib import Path

from asrbench.basics.errors import UserError


def wanted(engine: str, root: Path, patterns: Mapping[str, str]) -> dict[str, Path]:
    """One file (or folder) for each pattern.

    Args:
        engine: whose model it is to be, for messages.
        root: where to look, with all folders below.
        patterns: what a file is to the engine, by a pattern of its path with * and ?.

    Raises:
        UserError: there is none, or there are several.
    """
    found = {}
    for name, pattern in patterns.items():
        there = sorted(root.rglob(pattern))
        if not there:
            raise UserError(
                f"{root}: has no {pattern}, which a model of {engine} has; it holds "
                f"{_listed(root)}: give the folder of such a model, or another engine"
            )
        if len(there) > 1:
            names = ", ".join(str(path.relative_to(root)) for path in there[:5])
            raise UserError(
                f"{root}: has several files like {pattern} ({names}); give a folder with one, or "
                "name it under models[].files"
            )
        found[name] = there[0]
    return found


def _listed(root: Path) -> str:
    names = sorted(path.name for path in root.iterdir())
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return (", ".join(names[:6]) or "nothing") + more
