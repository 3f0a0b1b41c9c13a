"""Reads what one capture left: window.json, and the samples that belong to it."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from asrbench.basics.errors import UserError
from asrbench.basics.json_file import read_json
from asrbench.results.raw_files import no_file, read_rows, round_file
from asrbench.study.variant import Variant

TEXT = ["phase", "meter", "channel", "scope"]
NUMBERS = ["t_s", "power_w", "energy_j"]
_NUMBER = (int, float)
_CHANNEL: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("meter", "channel", "scope", "kind", "status"), str),
    **dict.fromkeys(("reach", "update_s", "period_s"), _NUMBER),
    "estimated": bool,
    "wrap_j": (*_NUMBER, type(None)),
}


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
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        return np.nan

    def span_s(self, phase: str) -> tuple[float, float] | None:
        """Start and end of a phase, or None where it was not run."""
        span = (self.said.get("phases") or {}).get(phase)
        return (float(span[0]), float(span[1])) if span else None


def read(results: Path, variant: Variant, number: int, stage: str = "energy") -> RawWindow:
    """The capture of one round; a file that is not there becomes a reason.

    Args:
        stage: the folder of the windows below ``results``.
    """
    folder = round_file(results, stage, *variant.key, number=number, name="")
    try:
        said = read_json(folder / "window.json")
    except FileNotFoundError:
        return RawWindow("unavailable", no_file(folder / "window.json", results))
    status, reason = str(said.get("status")), str(said.get("reason") or "")
    meters = _channels(said, folder / "window.json")
    if status not in ("measured", "estimated"):
        status = "void" if status == "void" else "unavailable"
        return RawWindow(status, reason or f"{status}, and no reason given", said, meters)
    try:
        rows = read_rows(folder / "samples.csv", text=TEXT, numbers=NUMBERS)
    except FileNotFoundError:
        return RawWindow("void", no_file(folder / "samples.csv", results), said, meters)
    raw = RawWindow(status, reason, said, meters, rows)
    wrong = _fault(raw, rows)
    return replace(raw, status="void", reason=wrong, rows=None) if wrong else raw


def without_copies(raws: list[RawWindow]) -> list[RawWindow]:
    """The rounds of a variant, where one that is the window of an earlier round is void."""
    kept: list[RawWindow] = []
    for raw in raws:
        for number, earlier in enumerate(kept, start=1):
            if raw.rows is not None and earlier.rows is not None and raw.rows.equals(earlier.rows):
                raw = replace(raw, status="void", reason=f"a copy of round {number}", rows=None)
        kept.append(raw)
    return kept


def _channels(said: dict, path: Path) -> list[dict]:
    """The meters that window.json names.

    Raises:
        UserError: where one lacks what it must say, or says it in another type.
    """
    meters = said.get("meters") or []
    for number, channel in enumerate(meters if isinstance(meters, list) else [meters]):
        for key, kinds in _CHANNEL.items():
            if not isinstance(channel, dict) or not isinstance(channel.get(key), kinds):
                raise UserError(
                    f"{path}: meters[{number}] has no {key} that can be used; remove the folder, "
                    "and the workflow measures again"
                )
    return list(meters)


def _fault(raw: RawWindow, rows: pd.DataFrame) -> str:
    """What cannot be right in a window that says it was measured; '' where all can."""
    for phase, span in (raw.said.get("phases") or {}).items():
        if not (isinstance(span, list) and len(span) == 2 and span[0] <= span[1]):
            return f"phase {phase} has no start and end"
    for key in ("inferences", "audio_s"):
        if not 0 < raw.number(key) < np.inf:
            return f"{key} is {raw.said.get(key)!r}, which is not above 0"
    if (rows["power_w"] < 0).any() or (rows["energy_j"] < 0).any():
        return "a power sample is below 0"
    if rows.duplicated(["meter", "channel", "scope", "t_s"]).any():
        return "a power sample is there twice"
    return ""
