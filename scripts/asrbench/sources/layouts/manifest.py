"""A manifest: a CSV with a header, or JSON lines, that lists one utterance a row.

Keys are ``path`` (or NeMo's ``audio_filepath``), relative to the manifest's folder, and
``text``; where they are known ``speaker`` and ``utterance_id`` (by default the path).
Others are not read.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.sources.layouts.found import CONTROL, Found, is_utf8

SUFFIXES = (".csv", ".jsonl", ".json")
NAMES = ("manifest.csv", "manifest.jsonl", "manifest.json")
_PATHS = ("path", "audio_filepath")


def scan(manifest: Path) -> Found:
    """Read a manifest.

    Raises:
        UserError: it cannot be read, or has no column for the path or the text.
    """
    try:
        content = manifest.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{manifest}: is not UTF-8 text; save it as such") from None
    except OSError as error:
        raise UserError(f"{manifest}: cannot be read ({error.strerror})") from None
    found = Found()
    rows = _csv_rows if manifest.suffix.lower() == ".csv" else _json_rows
    for number, row in rows(content, manifest):
        if isinstance(row, str):
            found.reject("", manifest, f"line {number} {row}")
            continue
        name = row.get(next((key for key in _PATHS if row.get(key)), ""), "")
        if not name or CONTROL & set(name):
            found.reject("", manifest, f"line {number} names no file in path")
            continue
        utterance_id = row.get("utterance_id") or name
        found.audio[utterance_id].append(manifest.parent / name)
        text = " ".join(row.get("text", "").splitlines())
        found.lines[utterance_id].append((text, manifest))
        found.speakers[utterance_id] = row.get("speaker", "")
    return found


def _csv_rows(content: str, manifest: Path) -> Iterator[tuple[int, dict[str, str] | str]]:
    reader = csv.DictReader(
        io.StringIO(content, newline=""), restval="", skipinitialspace=True, strict=True
    )
    try:
        columns = reader.fieldnames or []
        if "text" not in columns or not set(_PATHS) & set(columns):
            raise UserError(
                f"{manifest}: its first line is {','.join(columns)!r:.80}; a manifest of speech "
                "needs the columns path and text, and may have speaker and utterance_id"
            )
        for row in reader:
            more = row.pop(None, None)  # type: ignore[call-overload]
            yield reader.line_num, "has more cells than the first line" if more else row
    except csv.Error as error:
        raise UserError(f"{manifest}: line {reader.line_num} is no CSV ({error})") from None


def _json_rows(content: str, manifest: Path) -> Iterator[tuple[int, dict[str, str] | str]]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield number, "is no JSON"
            continue
        if not isinstance(row, dict):
            yield number, "is no JSON object"
            continue
        texts = {key: str(value) for key, value in row.items() if isinstance(value, (str, int))}
        told = "" if all(map(is_utf8, texts.values())) else "holds half a character"
        yield number, told or texts
