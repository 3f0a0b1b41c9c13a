"""One archive of a run, to be sent: results without speech, weights and the machine's own paths."""

import contextlib
import csv
import hashlib
import json
import os
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from asrbench.basics import json_file
from asrbench.basics.errors import UserError
from asrbench.compare import redact, ro_crate

# What may be left out, by the first part of a file's path in the results.
GROUPS = {
    "tables": "tables",
    "plots": "figures",
    "compare": "compare",
    "wer": "hypotheses",
    "energy": "energy",
    "footprint": "rows",
    "latency": "rows",
    "sweeps": "rows",
    "parameters": "rows",
    "compute": "rows",
    "data": "rows",
}
SAMPLES = "samples"  # of the meters: by far the most bytes where a meter is read often
OPTIONAL = (SAMPLES, "energy", "rows", "hypotheses", "figures", "compare")
_NEEDED = ("device.json", "study.json")
_ENDINGS = {*redact.BY_ENDING, ".png", ".svg"}
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say, so that bytes do not depend on it


@dataclass(frozen=True)
class Packed:
    """What was written.

    Attributes:
        archive_bytes: size of the archive.
        files: how many it holds.
        group_bytes: compressed bytes of each group, the largest first.
    """

    archive_bytes: int
    files: int
    group_bytes: dict[str, int]


def pack(results: Path, out: Path, without: tuple[str, ...] = (), terms: str = "") -> Packed:
    """Write the archive; the same files give the same bytes.

    Args:
        results: the results folder of a run.
        out: the zip, which is whole or not there.
        without: groups to leave out.
        terms: the licence, as a name or an address; '' where none is given.

    Raises:
        UserError: where the folder holds no results, or the zip cannot be written.
    """
    for name in _NEEDED:
        if not (results / name).is_file():
            raise UserError(
                f"{results}: holds no {name}, so it is no results folder; give one with --results, "
                "or make it: snakemake results/device.json"
            )
    chosen = [file for file in files_of(results) if group(file) not in without]
    places = _places(results)
    sizes: Counter[str] = Counter()
    part = out.with_name(f"{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            described = []
            for file in chosen:
                content = _content(results / file, places)
                name = f"results/{file.as_posix()}"
                sizes[group(file)] += _add(archive, name, content)
                sha256 = hashlib.sha256(content).hexdigest()
                described.append(ro_crate.File(name, len(content), sha256))
            device, study = (
                json_file.parse(_content(results / name, places).decode(), str(results / name))
                for name in _NEEDED
            )
            terms = redact.text(terms, places)
            crate = ro_crate.metadata(described, device, str(study.get("name", "")), terms)
            text = json.dumps(crate, indent=1, ensure_ascii=False) + "\n"
            _add(archive, ro_crate.NAME, text.encode())
        os.replace(part, out)
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror})") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return Packed(out.stat().st_size, len(chosen) + 1, dict(sizes.most_common()))


def files_of(results: Path) -> list[Path]:
    """Files of a run that may be packed, relative to the results, in order of their names.

    Speech, weights, logs and unfinished files are none of them; nor is what a
    link brings in from elsewhere.
    """
    root = results.resolve()
    found = []
    for path in sorted(results.rglob("*")):
        file = path.relative_to(results)
        known = file.parts[0] in GROUPS if len(file.parts) > 1 else file.name in _NEEDED
        whole = path.suffix in _ENDINGS and ".part" not in path.name
        if known and whole and path.is_file() and path.resolve().is_relative_to(root):
            found.append(file)
    return sorted(found, key=lambda file: file.as_posix())


def group(file: Path) -> str:
    """What of :data:`OPTIONAL` a file belongs to; 'tables' or 'device' where it is always in."""
    if len(file.parts) == 1:
        return "device"
    return SAMPLES if file.name == "samples.csv" else GROUPS[file.parts[0]]


def _places(results: Path) -> list[str]:
    """Folders that paths are made relative to: the run's, the project's, the user's; long first."""
    project = Path(__file__).resolve().parents[3]
    given = (results.absolute().parent, Path.cwd(), project, Path.home())
    folders = {str(each) for path in given for each in (path, path.resolve())}
    return sorted((each for each in folders if len(each) > 1), key=len, reverse=True)


def _content(path: Path, places: list[str]) -> bytes:
    content = path.read_bytes()
    if path.suffix not in redact.BY_ENDING:
        return content
    try:
        return redact.BY_ENDING[path.suffix](content.decode("utf-8"), places).encode("utf-8")
    except (ValueError, RecursionError, csv.Error):
        raise UserError(
            f"{path}: is damaged, so nobody can say what would be sent with it; remove it, and the "
            "workflow makes it again"
        ) from None


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> int:
    """Write one member; returns the bytes that it takes in the archive."""
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system, info.external_attr = 3, 0o644 << 16
    archive.writestr(info, content, compresslevel=9)
    return archive.getinfo(name).compress_size
