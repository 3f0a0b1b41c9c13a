"""The energy stage through Snakemake, without a meter and then on a battery made of files."""

import json
import math
import shutil
import sys
from pathlib import Path

import namespaces
import pandas as pd
import power_writer
import pytest
import small_models
import yaml
from asrbench.tables import table_csv

ROOT = Path(__file__).resolve().parents[1]

STUDY = {
    "name": "energy end to end",
    "speech": {
        "name": "demo-test",
        "path": str(ROOT / "demo/speech/LibriSpeech"),
        "synthetic": True,
    },
    "models": [{"name": "small", "source": "model", "weights": "random", "tokens_per_second": 3.0}],
    "ctc_weights": [0.0],
    "decoding": {"beam_size": 2, "threads": 1},
    "latency": {"utterances": 2, "rounds": 1, "warm_up": 1},
    "energy": {
        "window_s": 4.0,
        "samples": 2,
        "idle_s": 1.0,
        "meters": ["battery", "powertop"],
    },
}


def snakemake(folder: Path, status: str, power: str) -> pd.DataFrame:
    """results/tables/energy.csv, made by the workflow beside that battery."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--cores", "1", "--quiet", "all"]
    command += ["--", "results/tables/energy.csv"]
    run = namespaces.with_battery(status, power, command, ROOT, timeout=400)
    assert run.returncode == 0, run.stdout + run.stderr
    return table_csv.read(folder / "results/tables", "energy")


@namespaces.needs_namespaces
def test_the_energy_table_with_and_without_a_meter(tmp_path):
    small_models.write_config(tmp_path / "model", small_models.LSTM)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(STUDY))

    [row] = snakemake(tmp_path, "absent", "0").to_dict("records")
    assert row["power_status"] == "unavailable" and "not there: battery" in row["reason"]
    assert row["cpu_s_per_audio_s"] > 0
    figures = [value for name, value in row.items() if name.endswith(("_w", "_j", "_mwh"))]
    assert len(figures) > 20 and pd.isna(figures).all()

    shutil.rmtree(tmp_path / "results/energy")
    (tmp_path / "results/tables/energy.csv").unlink()
    table = snakemake(tmp_path, "Discharging", "wave")
    first = table.iloc[0]
    assert (first["power_status"], first["meter"]) == ("measured", "battery")
    assert bool(first["preferred"]) and first["scope"] == "whole device (battery)"
    folder = tmp_path / "results/energy/small/ctc0.0/round1"
    said = json.loads((folder / "window.json").read_text())
    truth_j = power_writer.energy_j(said["start_s"], said["end_s"])
    integral_j = first["energy_per_utterance_integral_j"] * said["inferences"]
    assert integral_j == pytest.approx(truth_j, rel=0.02)
    assert first["power_mean_w"] == pytest.approx(
        truth_j / (said["end_s"] - said["start_s"]), rel=0.02
    )
    assert first["energy_per_utterance_study_j"] > 0
    samples = pd.read_csv(folder / "samples.csv")
    assert {"idle_before", "warm_up", "run", "idle_after"} <= set(samples["phase"])

    powertop = table[table["meter"] == "powertop"]
    if namespaces.powertop_is_there():  # its samples are few in so short a window
        assert powertop["power_status"].isin(["measured", "void"]).all() and len(powertop) == 1
    by_powertop = powertop[powertop["samples"] >= 3]["energy_per_utterance_integral_j"]
    # Powertop reads once a second and does not say when in that second; the wave moves on.
    steepest_w_per_s = 2 * math.pi * power_writer.SWING_W / power_writer.PERIOD_S
    bound = 0.02 + steepest_w_per_s * 1.0 / (power_writer.MEAN_W - power_writer.SWING_W)
    assert ((by_powertop * said["inferences"] / truth_j - 1).abs() < bound).all()
