"""The files of a model for Vosk."""

from collections.abc import Mapping
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.engines import model_files

# One graph, or two that are composed while decoding; graphs are in the folder of the network in
# models of the first versions.
_GRAPHS = ("HCLG.fst", "HCLr.fst")


def located(root: Path) -> Mapping[str, Path]:
    """The network, the extractor of i-vectors if there is one, and the folder of all.

    Raises:
        UserError: there is no network, or no graph.
    """
    network = model_files.wanted("vosk", root, {"network": "final.mdl"})["network"]
    folder = network.parent.parent if network.parent.name == "am" else network.parent
    if not any(path for name in _GRAPHS for path in folder.rglob(name)):
        raise UserError(
            f"{folder}: has no {' or '.join(_GRAPHS)}, the graph of a model of vosk; fetch it "
            "again, whole"
        )
    found = {"network": network, "folder": folder}
    extractor = folder / "ivector" / "final.ie"
    return {**found, "extractor": extractor} if extractor.is_file() else found
