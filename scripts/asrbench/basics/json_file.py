"""JSON files: written whole or not at all, read as objects."""

import json
import os
from pathlib import Path

from asrbench.basics.errors import UserError


def write_json(content: dict, path: Path) -> None:
    """Write ``content`` to ``path``, whose folder is made if need be.

    Raises:
        UserError: the disk is full or may not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None


def read_json(path: Path) -> dict:
    """A JSON object.

    Raises:
        UserError: where the file is not one.
        FileNotFoundError: where there is no such file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: is not JSON: {error}") from None
    return parse(text, str(path))


def parse(text: str, place: str) -> dict:
    """A JSON object; a UserError names the ``place`` where the text stands and is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:  # a number too long, nesting too deep
        raise UserError(f"{place}: is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise UserError(f"{place}: is not a JSON object")
    return value
