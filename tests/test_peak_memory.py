"""Memory of inference apart from that of loading, where the kernel can tell."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import raw_rows
from asrbench.measure.peak_memory import PeakMemory
from test_latency_tables import one_variant
from test_tables import read, row, write

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
BIG = 200_000_000

LOADS_THEN_RUNS = f"""
from pathlib import Path
from asrbench.measure.peak_memory import PeakMemory
loading = bytearray({BIG})
loading[::4096] = b"x" * len(loading[::4096])
del loading
print(*PeakMemory().columns().values())
"""


def test_what_loading_took_is_not_in_the_peak_of_inference():
    done = subprocess.run(
        [sys.executable, "-c", LOADS_THEN_RUNS], cwd=SCRIPTS, capture_output=True, text=True
    )
    inference, loading = map(int, done.stdout.split())
    assert loading > BIG > inference > 0


def test_where_the_kernel_allows_no_reset_the_peak_is_of_the_whole_process(tmp_path):
    (tmp_path / "clear_refs").mkdir()
    (tmp_path / "status").write_text("VmHWM:\t  12 kB\n")
    columns = PeakMemory(process=tmp_path).columns()
    assert columns["peak_memory_bytes"] > 1e7 and columns["loading_peak_memory_bytes"] == ""


def test_tables_show_both_peaks_and_read_rows_without(tmp_path):
    results = tmp_path / "results"
    rounds = [[{"utterance_id": "u0"} | raw_rows.timed(1.0, 3.0)] for _ in range(2)]
    study = one_variant(results, rounds)
    write(study, results, ["latency", "compute"])
    for name in ("latency", "compute"):
        found = row(read(results, name), "m", "0.3")
        assert found["peak_memory_bytes"] == 503_000_000
        assert found["loading_peak_memory_bytes"] == 900_000_000
    del rounds[1][0]["loading_peak_memory_bytes"]
    one_variant(results, rounds)
    write(study, results, ["latency", "compute"])
    for name in ("latency", "compute"):
        found = row(read(results, name), "m", "0.3")
        assert found["peak_memory_bytes"] == 503_000_000
        assert np.isnan(found["loading_peak_memory_bytes"])
