"""Whether figures that stand side by side were made alike: by the same versions, in turn."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.study.variant import Variant

Row = TypeVar("Row")
_TOLD = 4  # names in a remark; a study may have dozens


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


def apart(turns: Mapping[Variant, list[str] | None]) -> dict[Variant, str]:
    """A remark for each variant that was not timed in turn with the most of them.

    Args:
        turns: of each, the others that it was timed in turn with, as 'model variant'; None where
            nothing says it. Both must say it: one may have been measured again since.
    """
    told = {" ".join(v.key): others for v, others in turns.items()}
    known = {
        v: {own, *(name for name in others if own in (told.get(name, [own]) or []))}
        for v, others in turns.items()
        if others is not None and (own := " ".join(v.key))
    }
    together = max(known.values(), key=len, default=set())
    remarks = {}
    for variant in known:
        if " ".join(variant.key) not in together:
            names = [_beside(variant, *name.split(" ")) for name in sorted(together)]
            first = list(dict.fromkeys(names))
            more = f" and {len(first) - _TOLD} more" if len(first) > _TOLD else ""
            remarks[variant] = f"not timed in turn with {', '.join(first[:_TOLD])}{more}"
    return remarks


def _beside(variant: Variant, model: str, slug: str) -> str:
    """What another variant is called beside one: of the same build by its decoding."""
    return slug if model == variant.model else model


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
