"""Results without what says whose machine they come from: credentials, and where its files were.

Words that were spoken or recognised are left as they are.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

from asrbench.basics.csv_cells import as_given, harmless

_WORDS = ("text", "reference", "hypothesis")
# A user and a password before a host, and whatever follows the path of an address.
_USER = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://)[^\s/?#\"'<>]*@")
_QUERY = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://[^\s?#\"'<>]*)[?#][^\s\"'<>]*")
# An absolute path, but for those of the system's own files, which every device has alike.
_PATH = re.compile(
    r"(?<![\w:/.~-])(?:~|/(?!(?:sys|proc|dev|usr|etc)/))(?:[^\s/\"',;|<>:]*/)+([^\s/\"',;|<>:]+)"
)
_SYSTEM = ("/sys/", "/proc/", "/dev/", "/usr/", "/etc/")


def text(given: str, places: list[str]) -> str:
    """Any text: addresses bare, paths relative to one of ``places`` or cut to their last part."""
    return _PATH.sub(r"\1", _relative(given, places))


def value(given: str, places: list[str]) -> str:
    """One value, which may be a path with anything in it, as far as the first ': '."""
    path, colon, rest = _relative(given, places).partition(": ")
    if path.startswith(("/", "~")) and not path.startswith(_SYSTEM) and "\n" not in path:
        path = path.rstrip("/").rsplit("/", 1)[-1]
    return _PATH.sub(r"\1", f"{path}{colon}{rest}")


def _relative(given: str, places: list[str]) -> str:
    given = _QUERY.sub(r"\1", _USER.sub(r"\1", given)).replace("file://", "")
    for place in places:
        # The folder itself is where the reader stands.
        given = re.sub(rf"{re.escape(place)}(?![\w.-])", ".", given.replace(f"{place}/", ""))
    return given


def json_text(content: str, places: list[str]) -> str:
    """A JSON text, laid out as :mod:`asrbench.basics.json_file` writes it."""
    return json.dumps(_in_json(json.loads(content), places), indent=2) + "\n"


def json_lines(content: str, places: list[str]) -> str:
    """A JSON text a line."""
    lines = (json.loads(line) for line in content.split("\n") if line.strip())
    return "".join(json.dumps(_in_json(line, places), ensure_ascii=False) + "\n" for line in lines)


def _in_json(given: Any, places: list[str], key: str = "") -> Any:
    if isinstance(given, dict):
        return {name: _in_json(inner, places, name) for name, inner in given.items()}
    if isinstance(given, list):
        # What a meter's program is called with may be a password.
        inner = given[:1] if key == "argv" else given
        return [_in_json(each, places, key) for each in inner]
    return value(given, places) if isinstance(given, str) and key not in _WORDS else given


def csv_text(content: str, places: list[str]) -> str:
    """A CSV with a line of names."""
    rows = csv.reader(io.StringIO(content, newline=""))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = next(rows, [])
    writer.writerow(names)
    for row in rows:
        kept = [name in _WORDS for name in names] + [False] * len(row)
        writer.writerow(
            cell if keep else harmless(value(as_given(cell), places))
            for cell, keep in zip(row, kept, strict=False)
        )
    return out.getvalue()


BY_ENDING: dict[str, Callable[[str, list[str]], str]] = {
    ".csv": csv_text,
    ".json": json_text,
    ".jsonl": json_lines,
    ".md": text,
    ".tex": text,
}
