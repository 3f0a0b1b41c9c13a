"""The streaming stage through Snakemake, with a meter that is a program: rows, power, table."""

import sys

import pandas as pd
import pytest
import recogniser_weights
from asrbench.tables import table_csv
from workflow import ROOT, Study

WATTS = 5.25


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """results/tables of a study of PocketSphinx on two of the demo's utterances."""
    root = recogniser_weights.pocketsphinx_en_us()
    study = Study(
        tmp_path_factory.mktemp("listening"),
        {
            "name": "listening",
            "speech": {"name": "demo-test", "path": str(ROOT / "demo/speech/LibriSpeech")},
            "models": [
                {"name": "sphinx", "source": str(root), "engine": "pocketsphinx"},
            ],
            "decoding": {"threads": 1},
            "latency": {"utterances": 2, "rounds": 1, "warm_up": 0},
            "streaming": {"pieces_s": [0.16, 0.64], "utterances": 2, "energy": True},
            "energy": {
                "window_s": 2.0,
                "samples": 2,
                "idle_s": 0.5,
                "rounds": 1,
                "meters": ["command"],
                "command": {"argv": [sys.executable, "-c", f"print({WATTS})"], "scope": "a plug"},
            },
            "wer": {"shards": 1, "max_utterances": 2},
        },
    )
    study.snakemake("--cores", "1", "streaming")
    return study.folder / "results/tables"


def test_rows_of_pieces_become_a_table(tables):
    rows = table_csv.read(tables, "streaming").set_index("piece_s")
    assert rows.index.tolist() == [0.16, 0.64]
    assert (rows["streams"] == "streams").all() and rows["live"].isin(
        ["keeps up", "falls behind"]
    ).all()
    assert (rows["final_mean_s"] > 0).all() and (rows["utterances"] == 2).all()
    assert (tables.parent / "plots/streaming.png").stat().st_size > 10_000


def test_power_is_that_of_listening_to_speech_and_to_silence(tables):
    rows = table_csv.read(tables, "streaming").set_index("piece_s")
    for what in ("speech", "silence"):
        assert rows.at[0.16, f"power_{what}_mean_w"] == pytest.approx(WATTS)
        assert rows.at[0.16, f"energy_{what}_j_per_min"] == pytest.approx(60 * WATTS)
        window = tables.parent / f"listening/{what}/sphinx/default/round1/samples.csv"
        assert len(pd.read_csv(window)) > 2
    # Power is measured with pieces of the first length alone.
    assert pd.isna(rows.at[0.64, "power_speech_mean_w"])
