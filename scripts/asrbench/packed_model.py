"""The files of an ESPnet model in a folder, as its packer or a user laid them there."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from asrbench.errors import UserError
from asrbench.paths import portable

META = "meta.yaml"
CONFIG = "config.yaml"

# Written in C where the system's libyaml is there: a list of 5,000 tokens then takes no second.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Meta(NamedTuple):
    """What ``meta.yaml`` names, relative to its folder."""

    config: str
    checkpoint: str


class Located(NamedTuple):
    """The files of a model; ``root`` is what relative paths in ``config`` start from."""

    root: Path
    config: Path
    checkpoint: Path | None


def locate(root: Path, trained: bool) -> Located:
    """Find configuration and checkpoint in a folder, or in the only folder that it holds.

    Args:
        root: a folder with config.yaml and model.pth (or one other .pth), or
            one with the meta.yaml of ESPnet's packer.
        trained: whether a checkpoint is wanted; without, none is looked for.

    Raises:
        UserError: no configuration; no checkpoint, or several.
    """
    below = list(root.iterdir())
    if len(below) == 1 and below[0].is_dir():
        return locate(below[0], trained)
    if (root / META).is_file() and not (root / CONFIG).is_file():
        meta = read_meta(root)
        config = root / meta.config
        checkpoint = root / meta.checkpoint if trained else None
        for file in (config, checkpoint):
            if file is not None and not file.is_file():
                raise UserError(f"{root / META}: names {file}, which is not there; pack it again")
        return Located(root, config, checkpoint)
    if not (root / CONFIG).is_file():
        raise UserError(f"{root}: holds neither {CONFIG} nor the {META} of ESPnet's packer")
    return Located(root, root / CONFIG, _only_checkpoint(root) if trained else None)


def _only_checkpoint(folder: Path) -> Path:
    if (folder / "model.pth").is_file():
        return folder / "model.pth"
    found = sorted(folder.glob("*.pth"))
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
    config = _entry(root, content, "yaml_files", ("asr_train_config", "asr_train_config.yaml"))
    checkpoint = _entry(root, content, "files", ("asr_model_file", "asr_model_file.pth"))
    return Meta(config, checkpoint)


def _entry(root: Path, content: dict, block: str, keys: tuple[str, ...]) -> str:
    entries = content.get(block)
    for key in keys:
        name = entries.get(key) if isinstance(entries, dict) else None
        if isinstance(name, str):
            if os.path.isabs(name) or ".." in Path(name).parts:
                raise UserError(f"{root / META}: {key} {name!r} leads out of the model's folder")
            return name
    raise UserError(
        f"{root / META}: names no {keys[0]}; only models packed by "
        "'python -m espnet2.bin.pack asr' can be used"
    )


def read_config(path: Path) -> dict:
    """Read a YAML mapping.

    Raises:
        UserError: it is absent or is no such file.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: holds no keys; it must be the YAML mapping that ESPnet wrote")
    return content


def file_like_values(config: dict) -> list[str]:
    """Every text in a configuration that could be a relative path to a file of the model."""
    values: list[str] = []

    def note(value: str) -> str:
        if ("/" in value or "." in value) and not os.path.isabs(value):
            values.append(value)
        return value

    _with_texts(config, note)
    return list(dict.fromkeys(values))


def write_resolved(located: Located, out: Path) -> list[Path]:
    """Write the configuration with its relative paths resolved against the model's folder.

    ESPnet opens them from the working directory, where they do not exist.

    Args:
        located: the model.
        out: the file to write.

    Returns:
        The files of the model that the configuration refers to.

    Raises:
        UserError: a file that ESPnet will need is not there.
    """
    if out.exists() and out.samefile(located.config):
        raise UserError(
            f"{located.config}: is the model's own configuration, which is not overwritten; "
            "let the manifest go to another folder than the model's"
        )
    others: list[Path] = []

    def resolve(value: str) -> str:
        path = located.root / value
        # Files alone, as ESPnet does: an encoder's name may well be that of a folder.
        if os.path.isfile(path):
            others.append(path)
            return portable(path)
        return value

    config = _with_texts(read_config(located.config), resolve)
    for block, key in _needed_files(config):
        value = block[key]
        beside = located.root / Path(value).name
        if not os.path.exists(value) and beside.is_file():
            others.append(beside)
            block[key] = portable(beside)
        elif not os.path.exists(value):
            raise UserError(
                f"{located.config}: {key} is {value}, which is not in {located.root}; put the "
                "file there"
            )
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f"{out.name}.part")
    with part.open("w", encoding="utf-8") as file:
        yaml.dump(config, file, _Dumper, allow_unicode=True, sort_keys=False)
    part.replace(out)
    return list(dict.fromkeys(others))


def _needed_files(config: dict) -> Iterator[tuple[dict, str]]:
    """(block, key) of each path without which ESPnet cannot build the model and its tokens."""
    if isinstance(config.get("token_list"), str):
        yield config, "token_list"
    if config.get("token_type") == "bpe" and isinstance(config.get("bpemodel"), str):
        yield config, "bpemodel"
    normalise = config.get("normalize_conf")
    if isinstance(normalise, dict) and isinstance(normalise.get("stats_file"), str):
        yield normalise, "stats_file"


def _with_texts(value, change: Callable[[str], str], key: str = ""):
    """A copy of a configuration with each text changed; tokens are no paths and stay."""
    if isinstance(value, dict):
        return {k: _with_texts(v, change, k) for k, v in value.items()}
    if isinstance(value, list):
        return value if key == "token_list" else [_with_texts(v, change, key) for v in value]
    return change(value) if isinstance(value, str) and value else value
