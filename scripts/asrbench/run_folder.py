"""Results of several devices or dates, opened to be compared."""

from dataclasses import dataclass
from pathlib import Path

from asrbench import (
    archive,
    run_entries,
    table,
    table_csv,
    table_energy,
    table_latency,
    table_parameters,
    table_wer,
)
from asrbench.config import Study
from asrbench.errors import UserError
from asrbench.evidence import Tables

# The tables that a comparison reads. Others may have written them.
_COMPARED = {
    "parameters": table_parameters.TABLE,
    "latency": table_latency.TABLE,
    "energy": table_energy.TABLE,
    "wer": table_wer.TABLE,
}


@dataclass(frozen=True)
class Run:
    """One of the runs.

    Attributes:
        label: what tables and figures call it, from the name that the user gave.
        results: its results folder.
        study: its configuration, as it was used.
        device: its device.json.
        tables: its tables.
    """

    label: str
    results: Path
    study: Study
    device: dict
    tables: Tables


def open_all(entries: list[str], scratch: Path) -> list[Run]:
    """The runs, in the order given.

    Args:
        entries: results folders and archives of them, as the user gave them.
        scratch: an empty folder for what is unpacked, which must outlive the runs.

    Raises:
        UserError: as :func:`asrbench.run_entries.check` does, and for an archive
            that holds no results, or tables that are none of this project's.
    """
    run_entries.check(entries)
    runs = []
    for number, (entry, label) in enumerate(zip(entries, run_entries.labels(entries), strict=True)):
        path = Path(entry)
        if not path.is_dir():
            path = scratch / str(number)
            archive.unpack(entry, path)
        results = run_entries.place(path)
        study, device = run_entries.read(entry, results)
        _check_tables(entry, results / "tables")
        runs.append(Run(label, results, study, device, Tables(results / "tables")))
    return runs


def _check_tables(entry: str, folder: Path) -> None:
    for name, made in _COMPARED.items():
        if not (folder / f"{name}.csv").is_file():
            continue
        rows = table_csv.read(folder, name)
        missing = [column for column in made.schema.columns if column not in rows]
        if missing:
            raise UserError(
                f"compare: {entry}: tables/{name}.csv has no column {', '.join(missing)}; make its "
                "tables again"
            )
        table.checked(f"{entry}: tables/{name}.csv", rows, made.schema)
