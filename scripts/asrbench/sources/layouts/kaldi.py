"""Kaldi's data folder: ``wav.scp``, ``text`` and, where speakers are known, ``utt2spk``.

Each line of each is an utterance's id and what it has: a file, its text, its speaker. A
file's path is relative to the folder. Commands in ``wav.scp`` are never run.
"""

from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.sources.layouts.found import Found

WAVES, _SEGMENTS = "wav.scp", "segments"


def scan(folder: Path) -> Found:
    """Read the three files.

    Raises:
        UserError: utterances are parts of longer recordings.
    """
    if (folder / _SEGMENTS).exists():
        raise UserError(
            f"{folder / _SEGMENTS}: utterances that are parts of recordings are not read; cut them "
            "into files of their own (Kaldi's extract_wav_segments_data_dir.sh), or list files of "
            "your own in manifest.csv"
        )
    found, waves = Found(), folder / WAVES
    for utterance_id, given in found.read_lines(waves, "list of files"):
        given = given.strip()
        if given.endswith("|"):
            found.reject(
                utterance_id, waves, "a command stands in place of a file: none is run; store files"
            )
        elif not given:
            found.reject(utterance_id, waves, "the line names no file")
        else:
            found.audio[utterance_id].append(folder / given)
    found.add_transcript(folder / "text")
    rejected = {utterance_id for utterance_id, _path, _reason in found.rejected}
    for utterance_id in rejected & found.lines.keys() - found.audio.keys():
        del found.lines[utterance_id]  # told already
    if (speakers := folder / "utt2spk").exists():
        found.speakers = {
            utterance_id: speaker.strip()
            for utterance_id, speaker in found.read_lines(speakers, "list of speakers")
        }
    return found
