"""The files of a model for PocketSphinx."""

from collections.abc import Mapping
from pathlib import Path

from asrbench.engines import model_files


def located(root: Path) -> Mapping[str, Path]:
    """Language model, dictionary and the folder of the acoustic model."""
    patterns = {"mdef": "mdef", "dictionary": "*.dict"}
    found = model_files.wanted("pocketsphinx", root, patterns)
    language = [path for path in sorted(root.rglob("*.lm.bin")) if "phone" not in path.name]
    if len(language) != 1:
        found |= model_files.wanted("pocketsphinx", root, {"language_model": "*.lm.bin"})
    else:
        found["language_model"] = language[0]
    return {**found, "acoustic_model": found.pop("mdef").parent}
