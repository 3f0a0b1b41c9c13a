"""Whether figures that stand side by side were made alike: by the same versions, in turn."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json

Row = TypeVar("Row")


def of_file(rows: Path) -> str:
    """By what the rows of a file were made, in words; '' where nothing says it.

    Args:
        rows: a raw file, whose versions are in ``{rows}.checks.json`` beside it.
    """
    made_by = found_beside(rows).get("made_by")
    if not isinstance(made_by, dict):
        return ""
    return ", ".join(f"{name} {version}" for name, version in made_by.items() if version)


def found_beside(rows: Path) -> dict:
    """What was written beside the rows of a file; nothing where it cannot be read."""
    try:
        return read_json(Path(f"{rows}.checks.json"))
    except (FileNotFoundError, UserError):
        return {}


def apart(files: Mapping[str, Path]) -> dict[str, str]:
    """A remark for each decoding of a build that was not timed in turn with the others.

    Args:
        files: of each decoding as in paths, the raw file of one round.
    """
    turns = {slug: found_beside(rows).get("in_turn_with") for slug, rows in files.items()}
    known = {slug: {slug, *others} for slug, others in turns.items() if isinstance(others, list)}
    if not known:
        return {}
    together = max(known.values(), key=len)
    return {
        slug: f"not timed in turn with {', '.join(sorted(together - {slug}))}"
        for slug in known
        if slug not in together
    }


def mixed(made_by: Mapping[str, str]) -> list[str]:
    """A text where the parts of one figure were made by different versions.

    Args:
        made_by: of each part, such as 'round 1', by what it was made; '' where that is not known.
    """
    parts: dict[str, list[str]] = {}
    for part, versions in made_by.items():
        if versions:
            parts.setdefault(versions, []).append(part)
    if len(parts) < 2:
        return []
    groups = [f"{', '.join(names)} by {versions}" for versions, names in parts.items()]
    return [f"made by different versions: {'; '.join(groups)}"]


def others(made_by: Mapping[Row, str]) -> dict[Row, str]:
    """A remark for each row of a table whose versions are not those of most rows.

    Args:
        made_by: of each row, by what it was made; '' where that is not known.
    """
    times = Counter(versions for versions in made_by.values() if versions)
    if len(times) < 2:
        return {}
    usual = times.most_common(1)[0][0]
    return {
        row: f"made by {versions}, and most rows by {usual}"
        for row, versions in made_by.items()
        if versions not in ("", usual)
    }
