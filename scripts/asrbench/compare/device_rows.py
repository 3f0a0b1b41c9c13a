"""Rows of the table of devices: what each run ran on, and how its configuration differs."""

import pandas as pd

from asrbench.compare import run_differences
from asrbench.compare.run_folder import Run

_TEXT = (
    *("board", "cpu", "architecture", "system", "kernel", "governor", "python", "commit"),
    *("described_utc", "config_sha256"),
)


def of(runs: list[Run]) -> pd.DataFrame:
    """One row a run: what it ran on, and in what its configuration differs from the first's."""
    rows = []
    for run in runs:
        study, versions = run.study, run.device.get("versions") or {}
        told = {name: run.device.get(name) for name in _TEXT}
        rows.append(
            {
                "device": run.label,
                **{name: "" if value is None else str(value) for name, value in told.items()},
                **{name: run.device.get(name) for name in ("cores", "memory_bytes")},
                "torch": versions.get("torch") or "",
                "espnet": versions.get("espnet") or "",
                "results_version": run.device["results_version"],
                "speech": study.speech.name,
                "beam_size": study.decoding.beam_size,
                "threads": str(study.decoding.threads),
                "differs": run_differences.configuration(runs[0], run),
            }
        )
    return pd.DataFrame(rows)
