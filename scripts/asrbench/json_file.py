"""JSON files that are whole or not there."""

import json
import os
from pathlib import Path

from asrbench.errors import UserError


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
