"""Whether figures that stand side by side were made by the same versions."""

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
    try:
        made_by = read_json(Path(f"{rows}.checks.json")).get("made_by")
    except (FileNotFoundError, UserError):
        return ""
    if not isinstance(made_by, dict):
        return ""
    return ", ".join(f"{name} {version}" for name, version in made_by.items() if version)


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
