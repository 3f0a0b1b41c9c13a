"""Puts the name of its phase beside every power sample: the sampler's file becomes samples.csv."""

import csv
import os
from pathlib import Path

from asrbench.basics.errors import UserError
from asrbench.measure import sampler

COLUMNS = ["t_s", "phase", *sampler.COLUMNS[1:]]
BETWEEN = "settle"


def write_labelled(
    readings: Path | None, phases: dict[str, tuple[float, float]], out: Path
) -> None:
    """Write ``out``, whole or not at all.

    Args:
        readings: what the sampler wrote, a last line cut off included; None for no samples.
        phases: name to start and end on the monotonic clock; between them, samples are 'settle'.

    Raises:
        UserError: the disk is full or may not be written.
    """
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            for t_s, *rest in _whole_rows(readings):
                rows.writerow([t_s, _phase(float(t_s), phases), *rest])
        os.replace(part, out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UserError(f"{out}: cannot be written ({error.strerror})") from None


def _whole_rows(readings: Path | None):
    if readings is None or not readings.exists():
        return []
    content = readings.read_bytes()
    lines = content[: content.rfind(b"\n") + 1].decode("utf-8").splitlines()
    return list(csv.reader(lines[1:]))


def _phase(t_s: float, phases: dict[str, tuple[float, float]]) -> str:
    for name, (start_s, end_s) in phases.items():
        if start_s <= t_s <= end_s:
            return name
    return BETWEEN
