"""LibriSpeech's layout: ``<anything>/<speaker>/<chapter>/<utterance>.flac`` (or of another form).

In the same folder is one ``*.trans.txt``, each of whose lines is an utterance's id, a
space, and its text. Names that begin with a dot are no part of a corpus.
"""

import os
from collections import defaultdict
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.basics.paths import portable
from asrbench.sources.layouts.found import Found, is_utf8
from asrbench.sources.whole_audio import SUFFIXES

TRANSCRIPT = ".trans.txt"
# Tried where an utterance has no other file, so that its true reason is told.
_NOT_READ = (".3gp", ".aac", ".amr", ".ape", ".m4a", ".mka", ".mp4", ".raw", ".webm", ".wma")


def scan(root: Path) -> Found:
    """Look through a folder and all below it; links are followed.

    Raises:
        UserError: a folder cannot be listed.
    """

    def fail(error: OSError):
        raise UserError(f"{error.filename}: cannot be listed ({error.strerror})")

    found, seen = Found(), set()
    others: dict[str, list[Path]] = defaultdict(list)
    for folder, below, names in os.walk(root, followlinks=True, onerror=fail):
        real = os.path.realpath(folder)
        below[:] = [] if real in seen else sorted(n for n in below if not n.startswith("."))
        if real in seen:  # a link that leads back, or to what was listed already
            continue
        seen.add(real)
        for name in sorted(names):
            path = Path(folder, name)
            if name.startswith("."):
                continue
            audio, transcript = path.suffix.lower() in SUFFIXES, name.endswith(TRANSCRIPT)
            other = path.suffix.lower() in _NOT_READ
            if not (audio or transcript or other):
                continue
            if not is_utf8(portable(path)):  # no table could keep it
                reason = "the name of the file or of a folder is not UTF-8; rename it"
                found.reject("", path, reason)
            elif audio:
                found.audio[path.stem].append(path)
            elif other:
                others[path.stem].append(path)
            else:
                found.add_transcript(path)
    for utterance_id in found.lines.keys() - found.audio.keys():
        found.audio[utterance_id] += others[utterance_id]
    for utterance_id, files in found.audio.items():
        found.speakers[utterance_id] = files[0].parent.parent.name if files else ""
    return found
