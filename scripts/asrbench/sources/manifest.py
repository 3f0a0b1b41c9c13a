"""The files of one model on disk, as the fetching stage left them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.study.engine_axes import ESPNET


@dataclass(frozen=True)
class Manifest:
    """Where a model's files are.

    ``config`` and ``checkpoint`` are an ESPnet model's, the latter None for random weights, and
    ``lm_config`` and ``lm_checkpoint`` those of its language model, None where it has none;
    ``files`` are those of any other engine, by what they are to it. ``sha256`` is that of the
    archive or checkpoint that was fetched.
    """

    name: str
    weights: str
    config: Path
    checkpoint: Path | None
    sha256: str | None
    files: Mapping[str, Path] = field(default_factory=dict)
    lm_config: Path | None = None
    lm_checkpoint: Path | None = None

    def token_type(self) -> str:
        """What the model writes, as its configuration names it: char, bpe, word."""
        from asrbench.basics import yaml_file  # many programs read a manifest, and no YAML

        return str(yaml_file.read(self.config).get("token_type"))


def load(path: str | Path) -> Manifest:
    """Read ``model.json``.

    Raises:
        UserError: it, or a file that it names, is not there.
    """
    path = Path(path)
    try:
        content = read_json(path)
        files = content["files"]
        own = content.get("engine") not in (None, *ESPNET)
        manifest = Manifest(
            name=content["name"],
            weights=content["weights"],
            config=path if own else Path(files["config"]),
            checkpoint=Path(files["checkpoint"]) if files.get("checkpoint") else None,
            sha256=content.get("sha256"),
            files={name: Path(file) for name, file in files.items()} if own else {},
            lm_config=Path(files["lm_config"]) if files.get("lm_config") else None,
            lm_checkpoint=Path(files["lm_checkpoint"]) if files.get("lm_checkpoint") else None,
        )
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such model manifest; run fetch_model.py") from None
    except (KeyError, TypeError, AttributeError):
        raise UserError(f"{path}: is no model manifest; run fetch_model.py again") from None
    espnet = (manifest.config, manifest.checkpoint, manifest.lm_config, manifest.lm_checkpoint)
    for file in (*espnet, *manifest.files.values()):
        if file is not None and not file.exists():
            raise UserError(f"{path}: names {file}, which is not there; run fetch_model.py again")
    return manifest
