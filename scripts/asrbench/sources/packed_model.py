"""The files of an ESPnet model in a folder, as its packer or a user laid them there.

What a configuration or a meta.yaml names is opened only where it lies in the model's folder.
"""

import contextlib
import os
import zipfile
from pathlib import Path
from typing import NamedTuple

import yaml

from asrbench.basics import yaml_file
from asrbench.basics.errors import UserError
from asrbench.basics.paths import innermost, portable
from asrbench.sources import permitted_parts, upstream

META = "meta.yaml"
CONFIG = "config.yaml"
# Of a language model that lies beside them in a folder.
LM_CONFIG, LM_CHECKPOINT = "lm_config.yaml", "lm.pth"

# Written in C where the system's libyaml is there: a list of 5,000 tokens then takes no second.
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_STATISTICS_BYTES = 64 << 20  # of an .npz, unpacked; three vectors of features take a few kB


class Meta(NamedTuple):
    """What ``meta.yaml`` names, relative to its folder; a language model only if there is one."""

    config: str
    checkpoint: str
    lm_config: str | None = None
    lm_checkpoint: str | None = None


class Located(NamedTuple):
    """The files of a model; ``root`` is what relative paths in ``config`` start from.

    ``lm_config`` and ``lm_checkpoint`` are those of a language model, if there is one.
    """

    root: Path
    config: Path
    checkpoint: Path | None
    lm_config: Path | None = None
    lm_checkpoint: Path | None = None


def locate(root: Path, trained: bool) -> Located:
    """Find configuration and checkpoint in a folder, or in the only folder that it holds.

    Args:
        root: a folder with config.yaml and model.pth (or one other .pth), and with lm_config.yaml
            and lm.pth if it has a language model; or one with the meta.yaml of ESPnet's packer.
        trained: whether a checkpoint is wanted; without, none is looked for.

    Raises:
        UserError: no configuration; no checkpoint, or several.
    """
    root = innermost(root)
    if (root / META).is_file() and not (root / CONFIG).is_file():
        meta = read_meta(root)
        config = root / meta.config
        checkpoint = root / meta.checkpoint if trained else None
        lm_config = root / meta.lm_config if meta.lm_config else None
        lm_checkpoint = root / meta.lm_checkpoint if meta.lm_checkpoint and trained else None
        for file in (config, checkpoint, lm_config, lm_checkpoint):
            if file is not None and not _is_own(file, root):
                raise UserError(
                    f"{root / META}: names {str(file)!r:.300}, which is not there; pack it again"
                )
        return Located(root, config, checkpoint, lm_config, lm_checkpoint)
    if not (root / CONFIG).is_file():
        raise UserError(f"{root}: holds neither {CONFIG} nor the {META} of ESPnet's packer")
    checkpoint = _only_checkpoint(root) if trained else None
    lm = (root / LM_CONFIG, root / LM_CHECKPOINT) if (root / LM_CONFIG).is_file() else (None, None)
    if trained and lm[1] is not None and not lm[1].is_file():
        raise UserError(f"{root}: holds {LM_CONFIG} and no {LM_CHECKPOINT}; add it, or remove both")
    return Located(root, root / CONFIG, checkpoint, lm[0], lm[1] if trained else None)


def _only_checkpoint(folder: Path) -> Path:
    if (folder / "model.pth").is_file():
        return folder / "model.pth"
    found = sorted(path for path in folder.glob("*.pth") if path.name != LM_CHECKPOINT)
    if not found:
        raise UserError(
            f"{folder}: holds no model.pth; add the checkpoint, or set weights: random to measure "
            "the architecture alone"
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise UserError(f"{folder}: holds {names}; name the one that is meant model.pth")
    return found[0]


def read_meta(root: Path) -> Meta:
    """Read the ``meta.yaml`` of a packed recognition model.

    Raises:
        UserError: it is damaged, of another task, or names a file outside its folder.
    """
    content = read_config(root / META)
    task = "s2t" if _entry(root, content, "yaml_files", _spellings("s2t_train_config")) else "asr"
    config, checkpoint = f"{task}_train_config", f"{task}_model_file"
    named = {
        key: _entry(root, content, block, _spellings(key))
        for key, block in (
            (config, "yaml_files"),
            (checkpoint, "files"),
            ("lm_train_config", "yaml_files"),
            ("lm_file", "files"),
        )
    }
    for key in (config, checkpoint):
        if named[key] is None:
            raise UserError(
                f"{root / META}: names no {key}; only models packed by "
                "'python -m espnet2.bin.pack asr' (or s2t) can be used"
            )
    has_lm = named["lm_train_config"] is not None and named["lm_file"] is not None
    lm = (named["lm_train_config"], named["lm_file"]) if has_lm else (None, None)
    return Meta(str(named[config]), str(named[checkpoint]), *lm)


def _spellings(key: str) -> tuple[str, ...]:
    """As ESPnet's packer writes a key now, and as it did before."""
    return key, f"{key}.yaml", f"{key}.pth"


def _entry(root: Path, content: dict, block: str, keys: tuple[str, ...]) -> str | None:
    entries = content.get(block)
    for key in keys:
        name = entries.get(key) if isinstance(entries, dict) else None
        if isinstance(name, str):
            if os.path.isabs(name) or ".." in Path(name).parts:
                raise UserError(f"{root / META}: {key} {name!r} leads out of the model's folder")
            return name
    return None


def read_config(path: Path) -> dict:
    """Read a YAML mapping.

    Raises:
        UserError: it is absent or is no such file.
    """
    try:
        return yaml_file.read(path)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None


def file_names(config: dict) -> list[str]:
    """The files that a checked configuration names, relative to the model's folder."""
    names = [block[key] for block, key in permitted_parts.file_keys(config)]
    return [name for name in names if isinstance(name, str) and not os.path.isabs(name)]


def write_resolved(located: Located, out: Path, network: Path | None = None) -> list[Path]:
    """Write the configuration with the files that it names resolved against the model's folder.

    ESPnet opens them from the working directory, where they do not exist.

    Args:
        located: the model.
        out: the file to write.
        network: the checkpoint of its self-supervised network, if the user gave one.

    Returns:
        The files of the model that the configuration refers to.

    Raises:
        UserError: a file that ESPnet will need is not there, or a part of it is not permitted.
    """
    if out.exists() and out.samefile(located.config):
        raise UserError(
            f"{located.config}: is the model's own configuration, which is not overwritten; "
            "let the manifest go to another folder than the model's"
        )
    config = read_config(located.config)
    permitted_parts.check(config, located.config)
    others = upstream.put(config, located.config, network)
    for block, key in permitted_parts.file_keys(config):
        file = _own_file(str(block[key]), located.root)
        if file is None and key == "bpemodel" and config.get("token_type") != "bpe":
            block[key] = None  # ESPnet opens it for no other type
            continue
        if file is None:
            raise UserError(
                f"{located.config}: {key} is {block[key]!r:.200}, which is not in {located.root}; "
                "put the file there"
            )
        _refuse_bomb(file)
        others.append(file)
        block[key] = portable(file)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f"{out.name}.part")
    with part.open("w", encoding="utf-8") as output:
        yaml.dump(config, output, _Dumper, allow_unicode=True, sort_keys=False)
    part.replace(out)
    return list(dict.fromkeys(others))


def _own_file(name: str, root: Path) -> Path | None:
    """The file of that name in the model's folder, or flat beside the configuration."""
    places = (root / name, root / Path(name).name)
    return next((place for place in places if _is_own(place, root)), None)


def _is_own(file: Path, root: Path) -> bool:
    """Whether it is a file that lies below the model's folder, links followed."""
    if not os.path.isfile(file):
        return False
    homes = [root.resolve()]
    if homes[0].parent.name == "snapshots":  # the hub's cache, which has its files beside them
        homes.append(homes[0].parent.parent / "blobs")
    return any(file.resolve().is_relative_to(home) for home in homes)


def _refuse_bomb(file: Path) -> None:
    # What this cannot open, numpy will not open either.
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(file) as packed:
        if sum(info.file_size for info in packed.infolist()) > _STATISTICS_BYTES:
            raise UserError(f"{file}: unpacks to more than {_STATISTICS_BYTES >> 20} MB")
