"""Which layout a place has: told by what is there."""

from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.sources.layouts import kaldi, librispeech, manifest
from asrbench.sources.layouts.found import Found

ALLOWED = (
    f"a manifest (a CSV or JSON lines, or {manifest.NAMES[0]} in the folder), Kaldi's data folder "
    f"({kaldi.WAVES}, text) or LibriSpeech's layout (<speaker>/<chapter>/<utterance>.flac with "
    f"*{librispeech.TRANSCRIPT})"
)
_DEEPEST = 3  # folders that an archive may have around it


def scan(place: Path) -> Found:
    """Find files and texts.

    Raises:
        UserError: there is no such place, it has no layout that is known, or two.
    """
    if place.is_file():
        return manifest.scan(place)
    if not place.is_dir():
        raise UserError(f"{place}: is not a folder; give speech.path a folder of speech")
    folder = _inside(place)
    lists = [folder / name for name in (kaldi.WAVES, *manifest.NAMES) if (folder / name).is_file()]
    if len(lists) > 1:
        raise UserError(
            f"{folder}: holds {' and '.join(path.name for path in lists)}, each of which lists "
            "speech; leave one, or give speech.path the manifest itself"
        )
    if lists:
        return kaldi.scan(folder) if lists[0].name == kaldi.WAVES else manifest.scan(lists[0])
    found = librispeech.scan(place)
    if not (found.lists or found.rejected):
        what = "sound files and no texts of them" if found.audio else "no speech"
        raise UserError(f"{place}: holds {what}; speech.path must be {ALLOWED}")
    return found


def _inside(folder: Path) -> Path:
    """The folder, or the one that is all it holds, as in what an archive unpacks to."""
    for _ in range(_DEEPEST):
        try:
            inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
        except OSError:
            break  # told by the layout
        if len(inside) != 1 or not inside[0].is_dir():
            break
        folder = inside[0]
    return folder
