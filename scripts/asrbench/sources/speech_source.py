"""Bring the corpus onto the disk and say where it is: the manifest ``speech.json``.

Keys of the manifest: ``name``; ``kind`` (folder, manifest, archive or download);
``root``, the folder or the user's manifest to list; ``archive``, ``archive_bytes`` and
``sha256`` of the archive or user's manifest (null for a folder); ``url``, the address that
delivered it.
"""

import sys
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json, write_json
from asrbench.basics.paths import portable
from asrbench.sources.archive import unpack_by_content
from asrbench.sources.download import download, file_name, sha256_of
from asrbench.sources.layouts.manifest import SUFFIXES
from asrbench.study.config import Speech

MANIFEST = "speech.json"


def fetch(speech: Speech, folder: str | Path, path: str | None = None) -> dict:
    """Make the speech available and write its manifest.

    Args:
        speech: the block of the configuration.
        folder: where the archive, what is unpacked, and the manifest go.
        path: a folder, manifest or archive on disk, in place of ``speech.path``.

    Returns:
        The manifest.

    Raises:
        UserError: no source, a wrong checksum, or what downloading and unpacking raise.
    """
    folder, given = Path(folder), path or speech.path
    if given is None:
        archive, sha256, url = _downloaded(speech, folder)
        manifest = _of_archive("download", archive, sha256, folder) | {"url": url}
    elif Path(given).is_dir():
        if speech.sha256:
            print(f"note: speech.sha256 is of an archive; {given} is a folder", file=sys.stderr)
        manifest = {"kind": "folder", "root": portable(given)}
    elif Path(given).is_file():
        sha256 = sha256_of(given)
        if speech.sha256 not in (None, sha256):
            raise UserError(
                f"{given}: its sha256 is {sha256}, not {speech.sha256} as speech.sha256 says"
            )
        if Path(given).suffix.lower() in SUFFIXES:
            manifest = {"kind": "manifest", "root": portable(given), "sha256": sha256}
        else:
            manifest = _of_archive("archive", Path(given), sha256, folder)
    else:
        raise UserError(f"{given}: there is no such folder, manifest or archive; fix speech.path")
    empty = dict.fromkeys(["root", "archive", "archive_bytes", "sha256", "url"])
    manifest = {"name": speech.name, "kind": None} | empty | manifest
    write_json(manifest, folder / MANIFEST)
    return manifest


def read(path: str | Path) -> dict:
    """Read a manifest.

    Raises:
        UserError: it is absent or is no such manifest.
    """
    try:
        manifest = read_json(Path(path))
        manifest["root"]
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such speech manifest; run fetch_speech.py") from None
    except (UserError, KeyError):
        raise UserError(f"{path}: is no speech manifest; run fetch_speech.py again") from None
    return manifest


def _downloaded(speech: Speech, folder: Path) -> tuple[Path, str, str | None]:
    archive = folder / file_name(speech.urls[0], speech.sha256)
    advice = "Give a folder or archive on disk in speech.path, or another address in speech.urls"
    arrived = download(speech.urls, archive, speech.sha256, advice=advice)
    url = arrived.url
    if url is None and (folder / MANIFEST).exists():  # it came in an earlier run, which noted it
        earlier = read(folder / MANIFEST)
        url = earlier.get("url") if earlier.get("sha256") == arrived.sha256 else None
    return archive, arrived.sha256, url


def _of_archive(kind: str, archive: Path, sha256: str, folder: Path) -> dict:
    return {
        "kind": kind,
        "root": portable(unpack_by_content(archive, sha256, folder)),
        "archive": portable(archive),
        "archive_bytes": archive.stat().st_size,
        "sha256": sha256,
    }
