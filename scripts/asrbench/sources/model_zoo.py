"""Models by name: tags of ESPnet's model zoo, and repositories of the Hugging Face hub.

The zoo's own downloader checks no checksum and unpacks whatever an archive
says, so that only its table is used.
"""

import csv
import glob
import hashlib
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.sources import packed_model, permitted_parts

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?", re.ASCII)
_HUB_ROW = "huggingface.co"


def resolve(tag: str) -> str | None:
    """The address of a zoo tag's newest archive; None if the zoo's table has no archive for it.

    Raises:
        UserError: the tag is of a model for another task than recognition.
    """
    rows = [row for row in _table() if row["name"] == tag]
    if not rows or _HUB_ROW in rows[-1]["url"].rstrip("/").rsplit("//", 1)[-1].split("/")[0]:
        return None
    if rows[-1]["task"] != "asr":
        raise UserError(f"{tag}: is a model for {rows[-1]['task'] or 'no task'}, not for asr")
    return rows[-1]["url"]


def _table() -> list[dict[str, str]]:
    # Found without an import, since the package imports ESPnet.
    spec = importlib.util.find_spec("espnet_model_zoo")
    folders = spec.submodule_search_locations if spec else []
    for folder in folders or []:
        table = Path(folder, "table.csv")
        if table.is_file():
            with table.open(newline="", encoding="utf-8") as file:
                return list(csv.DictReader(file))
    return []


def looks_like_repository(source: str) -> bool:
    """Whether a source reads as ``owner/name`` or ``owner/name@revision``."""
    return _REPOSITORY.fullmatch(source) is not None and not source.startswith(".")


def fetch_repository(source: str, folder: Path, trained: bool) -> Path:
    """Download the files of a packed model from the hub, and only those that it needs.

    Args:
        source: ``owner/name`` or ``owner/name@revision``.
        folder: below which a folder for this repository is made.
        trained: whether the checkpoint is wanted.

    Returns:
        The folder with ``meta.yaml`` and the files that it names.

    Raises:
        UserError: the hub cannot be reached or has no such packed model.
    """
    name, _, revision = source.partition("@")
    root = folder / f"hub-{hashlib.sha256(source.encode()).hexdigest()[:12]}"

    def get(*names: str) -> None:
        _from_hub(source, name, revision or None, root, [glob.escape(n) for n in names])

    get(packed_model.META)
    if not (root / packed_model.META).is_file():
        raise UserError(
            f"{source}: no {packed_model.META} came from the hub, so it is no model that ESPnet "
            "packed (or there is no network); see the spelling of the source"
        )
    meta = packed_model.read_meta(root)
    checkpoints = [meta.checkpoint, meta.lm_checkpoint] if trained else []
    get(*filter(None, [meta.config, meta.lm_config, *checkpoints]))
    config = packed_model.read_config(root / meta.config)
    permitted_parts.check(config, root / meta.config)
    files = packed_model.file_names(config)
    if files:
        get(*files)
    return root


def fetch_files(source: str, folder: Path, patterns: list[str]) -> Path:
    """Download files of a repository of the hub; for engines other than ESPnet.

    Args:
        source: ``owner/name`` or ``owner/name@revision``.
        folder: below which a folder for this repository is made.
        patterns: names of files, with ``*`` for any part of one.

    Returns:
        The folder with those files.

    Raises:
        UserError: the hub cannot be reached, or has none of them.
    """
    name, _, revision = source.partition("@")
    root = folder / f"hub-{hashlib.sha256(source.encode()).hexdigest()[:12]}"
    _from_hub(source, name, revision or None, root, patterns)
    if not any(path.is_file() for path in root.rglob("*")):
        raise UserError(f"{source}: the hub has no file like {', '.join(patterns)} in it")
    return root


def _from_hub(
    source: str, name: str, revision: str | None, root: Path, patterns: list[str]
) -> None:
    import huggingface_hub  # only here, since it takes a second
    from huggingface_hub import errors

    download: Callable = huggingface_hub.snapshot_download
    network = (OSError, errors.HTTPError) if hasattr(errors, "HTTPError") else (OSError,)
    try:
        download(name, revision=revision, local_dir=root, allow_patterns=patterns)
    except errors.RepositoryNotFoundError:
        raise UserError(_absent(source, "has no such public repository")) from None
    except errors.RevisionNotFoundError:
        raise UserError(_absent(source, f"has no revision {revision} of it")) from None
    except (*network, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise UserError(_absent(source, f"did not deliver it ({reason})")) from None


def _absent(source: str, reason: str) -> str:
    return (
        f"{source}: is no folder and no file here, no tag of ESPnet's zoo, and the Hugging Face "
        f"hub {reason}; fix the model's source, or give a folder or a packed zip on disk"
    )
