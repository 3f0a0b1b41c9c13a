"""Raw rows of a measurement as CSV, one row at a time, resumable."""

import csv
import io
from pathlib import Path

from asrbench.basics.csv_cells import as_given, harmless
from asrbench.basics.part_file import PartFile


class RowFile:
    """Rows of one measurement.

    Args:
        path: the finished CSV file.
        columns: names of the columns, in order; ``segment`` is added as the
            last one and counts the processes that wrote into this file: a row
            with segment 1 was written after the run had been cut once.
        settings: what the rows depend on (anything that json can write).
        limit_s: the longest that one row may take, in seconds.

    Attributes:
        attempts: at the next row; see :mod:`asrbench.basics.attempts`.
        found: rows that an earlier, cut process had written, as text by column.
    """

    def __init__(
        self,
        path: str | Path,
        columns: list[str],
        settings: object,
        limit_s: float | None = None,
    ):
        self.path = path
        self.columns = [*columns, "segment"]
        self._part = PartFile(path, [self.columns, settings], limit_s)
        self.attempts = self._part.attempts
        rows = csv.DictReader(self._part.found)
        self.found = [{name: as_given(cell) for name, cell in row.items()} for row in rows]
        self.segment = 1 + max((int(row["segment"]) for row in self.found), default=-1)
        if not self._part.found:
            self._part.append(self._line({name: name for name in self.columns}))

    def _line(self, row: dict[str, object]) -> str:
        """One CSV line; line breaks inside a value become spaces, so that a line is a row."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, restval="", lineterminator="")
        writer.writerow(
            {k: harmless(" ".join(v.split())) if isinstance(v, str) else v for k, v in row.items()}
        )
        return text.getvalue()

    def write(self, row: dict[str, object]) -> None:
        """Add one row; it is on the disk when this returns."""
        self._part.append(self._line({**row, "segment": self.segment}))

    def leave(self, said: dict) -> None:
        """Leave the file whole for the job that it belongs to, which :func:`take_up` then ends."""
        self._part.leave(said)

    def finish(self) -> None:
        """Give the file its name, since nothing more will come."""
        self._part.finish()
