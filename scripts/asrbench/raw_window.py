"""Reads what one capture left: window.json, and the samples that belong to it."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.json_file import read_json
from asrbench.raw_files import no_file, read_rows, round_file

TEXT = ["phase", "meter", "channel", "scope"]
NUMBERS = ["t_s", "power_w", "energy_j"]


@dataclass(frozen=True)
class RawWindow:
    """One round of one variant.

    Attributes:
        status: measured, estimated, unavailable or void, of the round as a whole.
        reason: why there is no figure ('' where there is one).
        said: the whole of window.json; {} where there is none.
        meters: its channels, the preferred first.
        rows: samples.csv, or None where it is absent.
    """

    status: str
    reason: str
    said: dict = field(default_factory=dict)
    meters: list[dict] = field(default_factory=list)
    rows: pd.DataFrame | None = None

    def number(self, key: str) -> float:
        """A number of window.json; NaN where it is absent."""
        value = self.said.get(key)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return float(value) if number else np.nan

    def span_s(self, phase: str) -> tuple[float, float] | None:
        """Start and end of a phase, or None where it was not run."""
        span = (self.said.get("phases") or {}).get(phase)
        return (float(span[0]), float(span[1])) if span else None


def read(results: Path, model: str, ctc_weight: str, number: int) -> RawWindow:
    """The capture of one round; a file that is not there becomes a reason."""
    folder = round_file(results, "energy", model, f"ctc{ctc_weight}", number=number, name="")
    try:
        said = read_json(folder / "window.json")
    except FileNotFoundError:
        return RawWindow("unavailable", no_file(folder / "window.json", results))
    status, reason = str(said.get("status")), str(said.get("reason") or "")
    meters = list(said.get("meters") or [])
    if status not in ("measured", "estimated"):
        status = "void" if status == "void" else "unavailable"
        return RawWindow(status, reason or f"{status}, and no reason given", said, meters)
    try:
        rows = read_rows(folder / "samples.csv", text=TEXT, numbers=NUMBERS)
    except FileNotFoundError:
        return RawWindow("void", no_file(folder / "samples.csv", results), said, meters)
    return RawWindow(status, reason, said, meters, rows)
