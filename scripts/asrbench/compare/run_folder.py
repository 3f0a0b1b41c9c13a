"""Results of several devices or dates, opened to be compared."""

from dataclasses import dataclass
from pathlib import Path

from asrbench.compare import run_entries, run_tables
from asrbench.sources import archive
from asrbench.study.config import Study
from asrbench.tables.claims.table_evidence import Tables


@dataclass(frozen=True)
class Run:
    """One of the runs.

    Attributes:
        label: what tables and figures call it, from the name that the user gave.
        results: its results folder.
        study: its configuration, as it was used.
        device: its device.json.
        tables: its tables, made again from its raw rows.
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
        UserError: as :func:`asrbench.compare.run_entries.check` does, and for an archive
            that holds no results.
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
        tables = run_tables.read(study, results, entry)
        runs.append(Run(label, results, study, device, tables))
    return runs
