"""Bring a model onto the disk and say where its files are: the manifest ``model.json``.

Keys of the manifest: ``name``, ``source`` and ``weights`` as configured;
``kind`` (folder, zip, file, url, zoo, hub or package); ``url``, where an archive came from;
``sha256`` of the archive, or of the checkpoint where there is no archive, or
null; ``files``: ``config`` (a copy with its paths resolved), ``checkpoint``
(null for random weights), ``other`` (what the configuration refers to), and ``lm_config`` and
``lm_checkpoint`` of a language model, if there is one;
``checkpoint_bytes`` and ``archive_bytes``. Paths are relative to the working
directory where they are below it. A model of another engine than ESPnet has ``engine`` as
well, and its ``files`` are what that engine's module ``files`` names, the largest first.
"""

from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from asrbench.basics.errors import UserError, warn
from asrbench.basics.json_file import write_json
from asrbench.basics.paths import portable
from asrbench.sources import model_zoo, packed_model, permitted_parts
from asrbench.sources.archive import unpack_by_content
from asrbench.sources.download import download, file_name, sha256_of
from asrbench.study.config import Model
from asrbench.study.engine_axes import ESPNET

_ADVICE = "Give the model's source as a folder or a packed zip on disk, or fix its address"
_PACKAGE = "package:"
_ADDRESSES = ("http://", "https://")
_SINGLE_SUFFIXES = (".bin", ".gguf", ".onnx")  # a model that is one file
_ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")


class _Source(NamedTuple):
    kind: str
    root: Path
    archive: Path | None = None
    sha256: str | None = None
    url: str | None = None


Located = Callable[[Path], Mapping[str, Path]]


def fetch(model: Model, out: str | Path, located: Located | None = None) -> dict:
    """Make a model's files available and write its manifest.

    Args:
        model: the block of the configuration.
        out: the manifest; all that is fetched goes into its folder.
        located: finds the files of another engine than ESPnet in a folder.

    Returns:
        The manifest.

    Raises:
        UserError: no such source, a wrong checksum, missing files, or what
            downloading and unpacking raise.
    """
    out = Path(out)
    if located is not None:
        return _fetch_files(model, out, located)
    trained = model.weights == "trained"
    source = _bring(
        model, out.parent, partial(model_zoo.fetch_repository, model.source, trained=trained)
    )
    found = packed_model.locate(source.root, trained)
    sha256 = source.sha256 or _checkpoint_sha256(model, found.checkpoint)
    config = out.with_name(packed_model.CONFIG)
    permitted_parts.check(packed_model.read_config(found.config), found.config)
    other = packed_model.write_resolved(found, config, _network(model, out.parent))
    checkpoint = found.checkpoint
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
            **_language_model(model, found),
        },
        "checkpoint_bytes": checkpoint.stat().st_size if checkpoint else None,
        "archive_bytes": source.archive.stat().st_size if source.archive else None,
    }
    write_json(manifest, out)
    return manifest


def _network(model: Model, folder: Path) -> Path | None:
    """The checkpoint of its self-supervised network; None where the user gave none."""
    if model.upstream is None:
        return None
    source, sha256 = model.upstream.source, model.upstream.sha256
    if source.lower().startswith(_ADDRESSES):
        file = folder / file_name(source, sha256)
        download([source], file, sha256, advice="Give upstream.source as a file on disk")
        return file
    if not Path(source).is_file():
        raise UserError(
            f"model {model.name}: upstream.source {source!r} is no file here and no http(s) "
            "address; give the checkpoint of its self-supervised network"
        )
    _compare(source, sha256_of(source), sha256, model)
    return Path(source)


def _language_model(model: Model, found: packed_model.Located) -> dict[str, str]:
    """The files of its language model; {} where it has none, or none that may be built."""
    if found.lm_config is None:
        return {}
    try:
        permitted_parts.check_lm(packed_model.read_config(found.lm_config), found.lm_config)
    except UserError as error:
        warn(f"model {model.name}: its language model is left out: {error}")
        return {}
    files = {"lm_config": found.lm_config, "lm_checkpoint": found.lm_checkpoint}
    return {name: portable(path) for name, path in files.items() if path is not None}


def _fetch_files(model: Model, out: Path, located: Located) -> dict:
    patterns = model.files or ["*"]
    from_hub = partial(model_zoo.fetch_files, model.source, patterns=patterns)
    source = _bring(model, out.parent, from_hub)
    files = dict(located(source.root))
    largest = max((path for path in files.values() if path.is_file()), key=_size)
    sha256 = source.sha256 or _checkpoint_sha256(model, largest)
    manifest = {
        "name": model.name,
        "source": model.source,
        "weights": model.weights,
        "engine": model.engine,
        "kind": source.kind,
        "url": source.url,
        "sha256": sha256,
        "files": {name: portable(path) for name, path in files.items()},
        "checkpoint_bytes": sum(map(_size, files.values())),
        "archive_bytes": source.archive.stat().st_size if source.archive else None,
    }
    write_json(manifest, out)
    return manifest


def _size(path: Path) -> int:
    below = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in below if file.is_file())


def _bring(model: Model, folder: Path, from_hub: Callable[[Path], Path]) -> _Source:
    """Find out what a source is, and bring it into a folder."""
    source = model.source
    if source.startswith(_PACKAGE):
        return _Source("package", _in_package(model))
    if Path(source).is_dir():
        return _Source("folder", Path(source))
    if source.lower().startswith(_ADDRESSES):
        return _downloaded("url", source, model, folder)
    if Path(source).is_file():
        sha256 = sha256_of(source)
        _compare(source, sha256, model.sha256, model)
        return _unpacked("zip", Path(source), sha256, folder)
    url = model_zoo.resolve(source) if model.engine in ESPNET else None
    if url is not None:
        return _downloaded("zoo", url, model, folder)
    is_path = source.startswith((".", "/", "~")) or source.lower().endswith(_ARCHIVE_SUFFIXES)
    if not is_path and model_zoo.looks_like_repository(source):
        return _Source("hub", from_hub(folder))
    raise UserError(
        f"model {model.name}: source {source!r} is no folder and no file here, no http(s) address "
        "and no tag of ESPnet's model zoo; fix models[].source"
    )


def _in_package(model: Model) -> Path:
    """The folder of a Python package that carries a model, as package:NAME/FOLDER."""
    name, _, below = model.source.removeprefix(_PACKAGE).partition("/")
    found = find_spec(name) if name.isidentifier() else None
    if found is None or not found.submodule_search_locations:
        raise UserError(
            f"model {model.name}: source {model.source!r} names the package {name}, which is not "
            "installed here; pip install -r envs/recognisers.txt has those of engines"
        )
    root = Path(found.submodule_search_locations[0]).resolve()
    folder = (root / below).resolve()
    if not folder.is_dir() or not folder.is_relative_to(root):
        raise UserError(
            f"model {model.name}: the package {name} has no folder {below!r} in this version; "
            "install the version that envs/recognisers.txt names, or give another source"
        )
    return folder


def _downloaded(kind: str, url: str, model: Model, folder: Path) -> _Source:
    archive = folder / file_name(url, model.sha256)
    arrived = download([url], archive, model.sha256, advice=_ADVICE)
    return _unpacked(kind, archive, arrived.sha256, folder)._replace(url=url)


def _unpacked(kind: str, archive: Path, sha256: str, folder: Path) -> _Source:
    if archive.name.lower().endswith(_SINGLE_SUFFIXES):
        alone = folder / f"file-{sha256[:12]}"  # so that nothing else in its folder is taken
        alone.mkdir(parents=True, exist_ok=True)
        link = alone / archive.name
        link.unlink(missing_ok=True)
        link.symlink_to(archive.absolute())
        return _Source("file", alone, link, sha256)
    return _Source(kind, unpack_by_content(archive, sha256, folder), archive, sha256)


def _checkpoint_sha256(model: Model, checkpoint: Path | None) -> str | None:
    if checkpoint is not None:
        sha256 = sha256_of(checkpoint)
        _compare(checkpoint, sha256, model.sha256, model)
        return sha256
    if model.sha256 is not None:
        raise UserError(
            f"model {model.name}: has a sha256, but with random weights and no archive there is "
            "nothing to check: remove the key"
        )
    return None


def _compare(file: str | Path, sha256: str, wanted: str | None, model: Model) -> None:
    if wanted not in (None, sha256):
        raise UserError(
            f"{file}: its sha256 is {sha256}, not {wanted} as model {model.name} says; it is "
            "another file or damaged"
        )
