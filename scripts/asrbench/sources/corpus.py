"""What a folder in LibriSpeech's layout holds, utterance by utterance.

The layout is ``<anything>/<speaker>/<chapter>/<utterance>.flac`` (or
``.wav``) with one ``*.trans.txt`` in the same folder, each of whose lines is
an utterance's id, a space, and its text. Names that begin with a dot are no
part of a corpus.

Every file is decoded to its end, since the header of a FLAC that was cut off
still announces the whole. Whatever cannot be used is listed with its reason.
"""

import os
import re
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.basics import csv_cells
from asrbench.basics.errors import UserError
from asrbench.basics.paths import portable
from asrbench.basics.progress import Progress
from asrbench.sources import whole_audio
from asrbench.sources.whole_audio import NO_FILE, SUFFIXES, Channels, is_no_file

_NUMBERS = ["samples", "sample_rate_hz", "duration_s"]
UTTERANCE_COLUMNS = ["utterance_id", "speaker", "path", *_NUMBERS, "text"]
REJECTED_COLUMNS = ["utterance_id", "path", "reason"]

_TRANSCRIPT = ".trans.txt"


@dataclass
class Listing:
    """What a corpus holds.

    Attributes:
        utterances: columns UTTERANCE_COLUMNS, sorted by utterance_id. ``path``
            is usable from the working directory; ``samples`` and
            ``sample_rate_hz`` are those of the file; ``text`` is as it stands
            in the corpus.
        rejected: columns REJECTED_COLUMNS, what cannot be used and why.
    """

    utterances: pd.DataFrame
    rejected: pd.DataFrame

    def summary(self) -> str:
        """How much was rejected, by reason, with the first of each; empty if nothing was."""
        if self.rejected.empty:
            return ""
        counts = Counter(reason.split(":")[0].split(";")[0] for reason in self.rejected["reason"])
        reasons = ", ".join(f"{count} × {reason}" for reason, count in counts.most_common(8))
        first = self.rejected.iloc[0]
        found = len(self.utterances) + len(self.rejected)
        return (
            f"{len(self.rejected)} of {found} cannot be used ({reasons}); "
            f"the first is {first['path']}: {first['reason']}"
        )


@dataclass
class _Found:
    """Files and transcript lines by utterance id, before anything is judged."""

    audio: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[str, list[tuple[str, Path]]] = field(default_factory=lambda: defaultdict(list))
    rejected: list[tuple[str, str, str]] = field(default_factory=list)

    def reject(self, utterance_id: str, path: Path, reason: str) -> None:
        name = os.fsencode(portable(path)).decode("utf-8", "backslashreplace")
        self.rejected.append((utterance_id, name, reason))


def parse_line(line: str) -> tuple[str, str]:
    """A transcript line as (utterance id, text); either is empty where the line has none."""
    words = re.split(r"[ \t]+", line.rstrip("\r\n").lstrip(" \t"), maxsplit=1)
    return words[0], words[1] if len(words) > 1 else ""


def list_corpus(root: str | Path, channels: Channels = "refuse") -> Listing:
    """List every utterance below ``root``.

    An utterance is rejected, never dropped in silence, if its audio or its
    transcript line is missing, its id stands twice, its line holds no words,
    or its file is empty, damaged, cut short, or has too many channels.

    Args:
        root: the folder; links in it are followed.
        channels: whether files with more than one channel are of use.

    Raises:
        UserError: the folder cannot be read or holds neither audio nor transcripts.
    """
    found = _scan(Path(os.path.abspath(root)))
    if not (found.audio or found.lines or found.rejected):
        raise UserError(
            f"{root}: holds no .flac or .wav file and no *{_TRANSCRIPT}; speech.path must be a "
            "folder in LibriSpeech's layout (<speaker>/<chapter>/<utterance>.flac)"
        )
    rows = []
    paired = list(_pairs(found))
    for (utterance_id, path, text), checked in zip(paired, _checked(paired, channels), strict=True):
        if isinstance(checked, str):
            found.reject(utterance_id, path, checked)
            continue
        samples, rate = checked
        speaker = path.parent.parent.name
        rows.append((utterance_id, speaker, portable(path), samples, rate, samples / rate, text))
    rejected = pd.DataFrame(sorted(found.rejected), columns=REJECTED_COLUMNS)
    return Listing(pd.DataFrame(sorted(rows), columns=UTTERANCE_COLUMNS), rejected)


def _scan(root: Path) -> _Found:
    if not root.is_dir():
        raise UserError(f"{root}: is not a folder; give speech.path a folder of speech")

    def fail(error: OSError):
        raise UserError(f"{error.filename}: cannot be listed ({error.strerror})")

    found, seen = _Found(), set()
    for folder, below, names in os.walk(root, followlinks=True, onerror=fail):
        real = os.path.realpath(folder)
        below[:] = [] if real in seen else sorted(n for n in below if not n.startswith("."))
        if real in seen:  # a link that leads back, or to what was listed already
            continue
        seen.add(real)
        for name in sorted(names):
            path = Path(folder, name)
            audio = path.suffix.lower() in SUFFIXES
            if name.startswith(".") or not (audio or name.endswith(_TRANSCRIPT)):
                continue
            if not _is_text(portable(path)):  # no table could keep it
                found.reject(
                    "", path, "the name of the file or of a folder is not UTF-8; rename it"
                )
            elif audio:
                found.audio[path.stem].append(path)
            else:
                _read_transcript(path, found)
    return found


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _read_transcript(path: Path, found: _Found) -> None:
    if is_no_file(path):
        found.reject("", path, f"this transcript {NO_FILE}")
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        found.reject("", path, "this transcript is not UTF-8 text")
        return
    except OSError as error:
        found.reject("", path, f"this transcript cannot be read: {error.strerror}")
        return
    for line in text.split("\n"):  # not splitlines(), which knows separators that text may hold
        utterance_id, words = parse_line(line)
        if utterance_id:
            found.lines[utterance_id].append((words, path))


def _pairs(found: _Found):
    """Yield (id, file, text) where there is exactly one of each; reject the others."""
    for utterance_id in sorted(found.audio.keys() | found.lines.keys()):
        files, lines = found.audio.get(utterance_id, []), found.lines.get(utterance_id, [])
        if len(files) > 1 or len(lines) > 1:
            reason = (
                f"the utterance id stands twice: {len(files)} audio files, "
                f"{len(lines)} transcript lines"
            )
            for path in files or [lines[0][1]]:
                found.reject(utterance_id, path, reason)
        elif not files:
            found.reject(utterance_id, lines[0][1], "transcript line without audio")
        elif not lines:
            found.reject(utterance_id, files[0], "audio without a transcript line")
        elif set("\r\0") & set(lines[0][0]):  # which no table could keep
            found.reject(utterance_id, files[0], "transcript line with a control character")
        elif not lines[0][0].strip():
            found.reject(utterance_id, files[0], "transcript line without words")
        else:
            yield utterance_id, files[0], lines[0][0]


def _checked(paired: list[tuple[str, Path, str]], channels: Channels):
    """Yield what whole_audio says of each file, in their order, with progress."""
    # libsndfile decodes outside Python's lock, so threads do share the work.
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        with Progress("reading speech", len(paired), "files") as progress:
            answers = pool.map(lambda pair: whole_audio.check(pair[1], channels), paired)
            for number, answer in enumerate(answers, 1):
                progress.at(number)
                yield answer
    finally:
        pool.shutdown(cancel_futures=True)  # or Ctrl-C would wait for all the files to come


def write(listing: Listing, utterances: str | Path, rejected: str | Path) -> None:
    """Write both tables as CSV; the second is there even where nothing was rejected."""
    for table, path in ((listing.utterances, utterances), (listing.rejected, rejected)):
        write_table(table, path)


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table of utterances as CSV, whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    csv_cells.harmless_table(table).to_csv(part, index=False)
    part.replace(path)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read ``utterances.csv`` or ``sample.csv``.

    Ids stay text (0001 is no number) and so do texts (NULL is a word).

    Raises:
        UserError: the file is absent or is no such table.
    """
    path, advice = Path(path), "remove it, and the workflow makes it again"
    try:
        table = csv_cells.read(path, advice)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such table; run list_utterances.py") from None
    if list(table.columns) != UTTERANCE_COLUMNS:
        raise UserError(f"{path}: must have the columns {', '.join(UTTERANCE_COLUMNS)}")
    for column in _NUMBERS:
        given = table[column]
        table[column] = pd.to_numeric(given, errors="coerce")
        wrong = np.flatnonzero(~(table[column] > 0) | ~np.isfinite(table[column]))
        if len(wrong):
            raise UserError(
                f"{path}: line {wrong[0] + 2}: {column} is {given.iloc[wrong[0]]!r}, not a number "
                f"above 0; {advice}"
            )
    return table


def read_sample(path: str | Path) -> pd.DataFrame:
    """Read a table of utterances to be measured.

    Raises:
        UserError: it cannot be read, or holds no utterance.
    """
    table = read_table(path)
    if table.empty:
        raise UserError(f"{path}: holds no utterance; draw a sample from a corpus that has some")
    return table
