"""The job of a corpus: the same file however it is cut, shared, or killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import yaml
from workflow import ROOT

UTTERANCES = 8


def study(folder: Path, **wer) -> Path:
    """A study of one small trained model at two CTC weights."""
    folder.mkdir()
    config = {
        "name": "job",
        "speech": {"name": "demo-test", "path": str(ROOT / "demo/speech/LibriSpeech")},
        "models": [{"name": "m", "source": str(ROOT / "demo/models/lstm")}],
        "ctc_weights": [0.3, 1.0],
        "decoding": {"beam_size": 2},
        "wer": {"max_utterances": UTTERANCES, **wer},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder


def command(folder: Path) -> list[str]:
    targets = [str(path.relative_to(folder)) for path in hypotheses(folder)]
    made = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    return [*made, "--directory", str(folder), "--cores", "2", "--nolock", "--", *targets]


def hypotheses(folder: Path) -> list[Path]:
    return [folder / f"results/wer/m/ctc{weight}/hypotheses.jsonl" for weight in ("0.3", "1.0")]


def run(folder: Path) -> str:
    done = subprocess.run(command(folder), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stderr


def test_the_file_is_the_same_in_one_piece_in_shards_and_after_a_kill(tmp_path):
    whole = study(tmp_path / "whole", shards=1, share_encoder=False)
    run(whole)
    expected = [path.read_bytes() for path in hypotheses(whole)]
    assert [content.count(b"\n") for content in expected] == [UTTERANCES] * 2

    cut = study(tmp_path / "cut", shards=2, share_encoder=True)
    kept = kill_when_a_line_is_written(cut)
    run(cut)
    assert [path.read_bytes() for path in hypotheses(cut)] == expected
    # The lines of before the kill are in the file as they were, and no rest is left.
    found = {line for path in hypotheses(cut) for line in path.read_text().splitlines()}
    assert kept <= {json.dumps(json.loads(line)) for line in found}
    assert not list(cut.rglob("*.part")) and not list(cut.rglob("*.npy"))


def kill_when_a_line_is_written(folder: Path) -> set[str]:
    """kill -9 the run and all that it started, in the middle of a shard; return its lines."""
    process = subprocess.Popen(
        command(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    lines: list[str] = []
    while not lines:
        assert time.monotonic() < deadline and process.poll() is None
        for part in folder.glob("results/wer/m/*/shards/*.part"):
            lines += part.read_text().split("\n")[:-1]
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return {json.dumps(json.loads(line)) for line in lines}


def test_a_normalisation_that_takes_letters_away_stops_before_anything_is_decoded(tmp_path):
    folder = study(tmp_path / "russian")
    shutil.copytree(ROOT / "demo/speech/LibriSpeech", folder / "speech")
    for transcript in (folder / "speech").rglob("*.trans.txt"):
        ids = [line.split()[0] for line in transcript.read_text().splitlines()]
        transcript.write_text("".join(f"{utterance} в 2020 году\n" for utterance in ids))
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["speech"]["path"] = "speech"
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    table = [*command(folder)[:-2], "results/tables/wer.csv"]
    done = subprocess.run(table, capture_output=True, text=True)
    assert done.returncode != 0
    assert "takes в г д о у out of the reference of" in done.stdout + done.stderr
    assert not hypotheses(folder)[0].exists()


def test_another_normalisation_scores_again_and_decodes_nothing(tmp_path):
    folder = study(tmp_path / "again", max_utterances=2, shards=1)
    table = [*command(folder)[:-2], "results/tables/wer.csv"]

    def made() -> list[tuple[int, bytes]]:
        subprocess.run(table, capture_output=True, check=True)
        return [(path.stat().st_mtime_ns, path.read_bytes()) for path in hypotheses(folder)]

    before = made()
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["wer"]["normalisation"] = "english"
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    dry = [*table[:-2], "-n", *table[-2:]]
    planned = subprocess.run(dry, capture_output=True, text=True, check=True)
    told = planned.stdout + planned.stderr
    assert "Make the table wer" in told and "See that the normalisation" in told
    assert "Decode the corpus" not in told and "Gather the hypotheses" not in told
    assert made() == before
    assert "english" in (folder / "results/tables/wer.csv").read_text()
