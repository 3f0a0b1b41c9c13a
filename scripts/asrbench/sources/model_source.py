"""Bring a model onto the disk and say where its files are: the manifest ``model.json``.

Keys of the manifest: ``name``, ``source`` and ``weights`` as configured;
``kind`` (folder, zip, url, zoo or hub); ``url``, where an archive came from;
``sha256`` of the archive, or of the checkpoint where there is no archive, or
null; ``files``: ``config`` (a copy with its paths resolved), ``checkpoint``
(null for random weights) and ``other`` (what the configuration refers to);
``checkpoint_bytes`` and ``archive_bytes``. Paths are relative to the working
directory where they are below it.
"""

from pathlib import Path
from typing import NamedTuple

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import write_json
from asrbench.basics.paths import portable
from asrbench.sources import model_zoo, packed_model
from asrbench.sources.archive import unpack_by_content
from asrbench.sources.download import download, file_name, sha256_of
from asrbench.study.config import Model

_ADVICE = "Give the model's source as a folder or a packed zip on disk, or fix its address"
_ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")


class _Source(NamedTuple):
    kind: str
    root: Path
    archive: Path | None = None
    sha256: str | None = None
    url: str | None = None


def fetch(model: Model, out: str | Path) -> dict:
    """Make a model's files available and write its manifest.

    Args:
        model: the block of the configuration.
        out: the manifest; all that is fetched goes into its folder.

    Returns:
        The manifest.

    Raises:
        UserError: no such source, a wrong checksum, missing files, or what
            downloading and unpacking raise.
    """
    out = Path(out)
    trained = model.weights == "trained"
    source = _bring(model, out.parent, trained)
    located = packed_model.locate(source.root, trained)
    sha256 = source.sha256 or _checkpoint_sha256(model, located.checkpoint)
    config = out.with_name(packed_model.CONFIG)
    other = packed_model.write_resolved(located, config)
    checkpoint = located.checkpoint
    manifest = {
        "name": model.name,
        "source": model.source,
        "weights": model.weights,
        "kind": source.kind,
        "url": source.url,
        "sha256": sha256,
        "files": {
            "config": portable(config),
            "checkpoint": portable(checkpoint) if checkpoint else None,
            "other": [portable(path) for path in other],
        },
        "checkpoint_bytes": checkpoint.stat().st_size if checkpoint else None,
        "archive_bytes": source.archive.stat().st_size if source.archive else None,
    }
    write_json(manifest, out)
    return manifest


def _bring(model: Model, folder: Path, trained: bool) -> _Source:
    """Find out what a source is, and bring it into a folder."""
    source = model.source
    if Path(source).is_dir():
        return _Source("folder", Path(source))
    if source.lower().startswith(("http://", "https://")):
        return _downloaded("url", source, model, folder)
    if Path(source).is_file():
        sha256 = sha256_of(source)
        _compare(source, sha256, model)
        return _unpacked("zip", Path(source), sha256, folder)
    url = model_zoo.resolve(source)
    if url is not None:
        return _downloaded("zoo", url, model, folder)
    is_path = source.startswith((".", "/", "~")) or source.lower().endswith(_ARCHIVE_SUFFIXES)
    if not is_path and model_zoo.looks_like_repository(source):
        return _Source("hub", model_zoo.fetch_repository(source, folder, trained))
    raise UserError(
        f"model {model.name}: source {source!r} is no folder and no file here, no http(s) address "
        "and no tag of ESPnet's model zoo; fix models[].source"
    )


def _downloaded(kind: str, url: str, model: Model, folder: Path) -> _Source:
    archive = folder / file_name(url, model.sha256)
    arrived = download([url], archive, model.sha256, advice=_ADVICE)
    return _unpacked(kind, archive, arrived.sha256, folder)._replace(url=url)


def _unpacked(kind: str, archive: Path, sha256: str, folder: Path) -> _Source:
    return _Source(kind, unpack_by_content(archive, sha256, folder), archive, sha256)


def _checkpoint_sha256(model: Model, checkpoint: Path | None) -> str | None:
    if checkpoint is not None:
        sha256 = sha256_of(checkpoint)
        _compare(checkpoint, sha256, model)
        return sha256
    if model.sha256 is not None:
        raise UserError(
            f"model {model.name}: has a sha256, but with random weights and no archive there is "
            "nothing to check: remove the key"
        )
    return None


def _compare(file: str | Path, sha256: str, model: Model) -> None:
    if model.sha256 not in (None, sha256):
        raise UserError(
            f"{file}: its sha256 is {sha256}, not {model.sha256} as model {model.name} says; it is "
            "another file or damaged"
        )
