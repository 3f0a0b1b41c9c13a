"""What a user gives to be compared: results folders, and archives of them.

Nothing here reads a table, so the workflow can ask before any job.
"""

import zipfile
from pathlib import Path

from asrbench.basics import results_version
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.study import config
from asrbench.study.config import Study

_NEEDED = "latency.csv"
_READ = (
    *(
        "*.json",
        "tables/*.csv",
        "tables/*.schema.json",
        "data/*.csv",
        "parameters/*.csv",
        "footprint/*/*/round*.csv",
        "latency/*/*/round*.csv",
    ),
    *("energy/*/*/*/window.json", "energy/*/*/*/samples.csv", "wer/*/*/hypotheses.jsonl"),
)
_ADVICE = "give results folders, or archives that pack_results.py made"


def check(entries: list[str]) -> None:
    """Find what is wrong with the entries without unpacking or computing anything.

    Raises:
        UserError: for an empty list, an entry twice, one that is not there, or
            one that holds no results that can be read.
    """
    if not entries:
        raise UserError(
            f"compare: nothing is given; {_ADVICE}: --config compare='[folder, folder]', or the "
            "key compare in the configuration"
        )
    seen: dict[Path, str] = {}
    for entry in entries:
        path = Path(entry)
        if not path.exists():
            raise UserError(f"compare: {entry}: there is no such folder or archive; {_ADVICE}")
        real = (place(path) if path.is_dir() else path).resolve()
        if real in seen:
            raise UserError(f"compare: {entry} is {seen[real]} once more; name each run once")
        seen[real] = entry
        if path.is_dir():
            read(entry, place(path))
        elif not zipfile.is_zipfile(path):
            raise UserError(f"compare: {entry}: is no folder and no zip archive; {_ADVICE}")


def read(entry: str, results: Path) -> tuple[Study, dict]:
    """The configuration and the device of a results folder.

    Args:
        entry: what the user called it.

    Raises:
        UserError: where it is none, has no tables, or is of a version that cannot be read.
    """
    try:
        device = read_json(results / "device.json")
    except FileNotFoundError:
        raise UserError(
            f"compare: {entry}: holds no device.json, so it is no results folder; {_ADVICE}"
        ) from None
    results_version.check(device, f"compare: {entry}")
    if not isinstance(device.get("versions") or {}, dict):
        raise UserError(f"compare: {entry}: the versions of its device.json are no mapping")
    if not (results / "tables" / _NEEDED).is_file():
        raise UserError(
            f"compare: {entry}: holds no tables/{_NEEDED}; make its tables first: snakemake latency"
        )
    return config.load(results / "study.json"), device


def labels(entries: list[str]) -> list[str]:
    """The shortest ends of the paths that tell them apart; 'results' itself is no name."""
    parts = [_parts(Path(entry)) for entry in entries]
    names: list[str] = []
    for length in range(1, max(map(len, parts), default=0) + 1):
        names = ["/".join(each[-length:]) for each in parts]
        if len(set(names)) == len(names):
            return names
    return [f"{name} ({number})" for number, name in enumerate(names, start=1)]


def files(entry: str) -> list[str]:
    """The files of an entry that a comparison reads, as inputs of its rule."""
    path = Path(entry)
    if not path.is_dir():
        return [entry]
    return sorted(str(file) for pattern in _READ for file in place(path).glob(pattern))


def place(path: Path) -> Path:
    """The results folder: ``path`` itself, or ``results`` in the folder of a run."""
    inside = path / "results"
    return inside if inside.is_dir() and not (path / "device.json").is_file() else path


def _parts(path: Path) -> list[str]:
    whole = path.resolve()
    whole = whole if path.is_dir() else whole.with_suffix("")
    parts = [part for part in whole.parts if part != whole.anchor]
    return parts[:-1] if len(parts) > 1 and parts[-1] == "results" else parts
