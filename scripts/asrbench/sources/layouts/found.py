"""What a layout finds: files and texts by utterance id, before anything is judged."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from asrbench.basics.paths import portable
from asrbench.sources.whole_audio import NO_FILE, is_no_file

# What no table of utterances could keep.
CONTROL = set("\r\n\0")


@dataclass
class Found:
    """Files, texts with the file that they stand in, and speakers, by utterance id.

    ``lists`` are the files that texts were looked for in.
    """

    audio: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[str, list[tuple[str, Path]]] = field(default_factory=lambda: defaultdict(list))
    speakers: dict[str, str] = field(default_factory=dict)
    rejected: list[tuple[str, str, str]] = field(default_factory=list)
    lists: list[Path] = field(default_factory=list)

    def reject(self, utterance_id: str, path: Path, reason: str) -> None:
        """Note what cannot be used, by the file that shows it."""
        name = os.fsencode(portable(path)).decode("utf-8", "backslashreplace")
        self.rejected.append((utterance_id, name, reason))

    def add_transcript(self, path: Path) -> None:
        """The lines of a file of which each is an utterance id, a space, and its text."""
        for utterance_id, text in self.read_lines(path, "transcript"):
            self.lines[utterance_id].append((text, path))

    def read_lines(self, path: Path, what: str) -> list[tuple[str, str]]:
        """(first word, rest) of each line; a file that cannot be read is rejected."""
        self.lists.append(path)
        try:
            if is_no_file(path):
                raise OSError(0, NO_FILE)
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.reject("", path, f"this {what} is not UTF-8 text")
        except OSError as error:
            why = NO_FILE if error.errno == 0 else f"cannot be read: {error.strerror}"
            self.reject("", path, f"this {what} {why}")
        else:
            # Not splitlines(), which knows separators that text may hold.
            return [line for line in map(parse_line, text.split("\n")) if line[0]]
        return []

    def pairs(self) -> Iterator[tuple[str, Path, str]]:
        """(id, file, text) where there is exactly one of each; the others are rejected."""
        for utterance_id in sorted(self.audio.keys() | self.lines.keys()):
            files, lines = self.audio.get(utterance_id, []), self.lines.get(utterance_id, [])
            if len(files) > 1 or len(lines) > 1:
                reason = (
                    f"the utterance id stands twice: {len(files)} audio files, "
                    f"{len(lines)} transcript lines"
                )
                for path in files or [lines[0][1]]:
                    self.reject(utterance_id, path, reason)
            elif not files:
                self.reject(utterance_id, lines[0][1], "transcript line without audio")
            elif not lines:
                self.reject(utterance_id, files[0], "audio without a transcript line")
            elif not all(
                map(_can_be_kept, (utterance_id, self.speaker(utterance_id), lines[0][0]))
            ):
                self.reject(utterance_id, files[0], "transcript line with a control character")
            elif not lines[0][0].strip():
                self.reject(utterance_id, files[0], "transcript line without words")
            else:
                yield utterance_id, files[0], lines[0][0]

    def speaker(self, utterance_id: str) -> str:
        """'' where the layout does not say."""
        return self.speakers.get(utterance_id, "")


def parse_line(line: str) -> tuple[str, str]:
    """A transcript line as (utterance id, text); either is empty where the line has none."""
    words = re.split(r"[ \t]+", line.rstrip("\r\n").lstrip(" \t"), maxsplit=1)
    return words[0], words[1] if len(words) > 1 else ""


def is_utf8(name: str) -> bool:
    """Whether a name (or a text) can stand in a table: not every one on a disk can."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _can_be_kept(text: str) -> bool:
    return is_utf8(text) and not CONTROL & set(text)
