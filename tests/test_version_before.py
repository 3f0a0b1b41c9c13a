"""Results of the version before: still compared, and its tables made again value by value.

data/results_0.1.zip is the demo as that version ran it and packed it: 12 variants, of which
six are trained, two rounds of five utterances.
"""

import zipfile
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from asrbench.compare import rows as compare_rows
from asrbench.compare import run_folder
from asrbench.study import config
from asrbench.tables import table_csv
from asrbench.tables.table_schema import kind

ARCHIVE = Path(__file__).parent / "data/results_0.1.zip"
# What rests on raw rows alone; the manifests of models are in no archive.
TABLES = (
    *("latency", "latency_pairs", "latency_vs_frames", "latency_growth", "latency_vs_batch"),
    *("energy", "energy_vs_frames", "power_vs_time", "wer", "wer_pairs", "wer_vs_duration"),
    *("wer_worst", "summary", "hypotheses"),
)
# Text that has been worded anew, and names that have been changed.
REWORDED = {"reason", "reasons", "busy_rule", "evidence", "claim"}
RENAMED = {"fast": "espnet-fast"}
# Intervals of time are since then about the same speech in other rounds, and not about other
# speech: their bounds, what they are over and what rests on them are others; no value is.
BOUNDS = ("low", "high", "low_s", "high_s", "low_j", "high_j", "low_w", "high_w")
ANEW = {
    "latency": {"interval_over"},
    "latency_vs_frames": {"interval_over"},
    "latency_growth": {"interval_over"},
    "latency_vs_batch": {"interval_over"},
    "latency_pairs": {"interval_over", "verdict"},
    "energy": {"energy_interval_over"},
    "energy_vs_frames": set(),
    "summary": set(),
    "hypotheses": {"verdict"},
}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The results folder of the version before."""
    folder = tmp_path_factory.mktemp("before")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    return folder / "results"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_from_the_same_rows_has_the_same_values(before, name):
    was = table_csv.read(before / "tables", name)
    table = import_module(f"asrbench.tables.{name}").TABLE
    now = table.make(config.load(before / "study.json"), before)
    assert len(now) == len(was) > 0
    for column in was.columns.difference(REWORDED | ANEW.get(name, set()), sort=False):
        if name in ANEW and column.split("_per_")[0].split("_percent")[0].endswith(BOUNDS):
            continue
        then = was[column].replace(RENAMED)
        if kind(table.schema.columns[column]) in ("number", "integer"):
            values = now[column].astype(float)
            assert np.allclose(values, pd.to_numeric(then), rtol=1e-9, equal_nan=True), column
        else:
            assert list(now[column].fillna("").astype(str)) == list(then.astype(str)), column


def test_folder_and_archive_are_compared(before, tmp_path):
    runs = run_folder.open_all([str(before), str(ARCHIVE)], tmp_path)
    rows = pd.DataFrame(compare_rows.latency(runs))
    against = rows[rows["ratio"].notna()]
    assert len(against) == 12 and np.allclose(against["ratio"], 1.0)
    assert set(against["verdict"]) == {"no difference shown"}
    words = pd.DataFrame(compare_rows.word_errors(runs))
    assert (words["difference_percent"].dropna() == 0).sum() == 6
