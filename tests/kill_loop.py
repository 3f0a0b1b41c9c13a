"""Kill a run again and again: `python tests/kill_loop.py 50`. It must end as one left alone does.

The run and all that it started are killed with SIGKILL at random times, and started again by the
same command; a run that ends is looked at, and the next begins from nothing.
"""

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from workflow import ROOT

TARGETS = [f"results/tables/{name}.csv" for name in ("latency", "wer")]
# All that the clock says is another in each run.
ROWS = ("results/footprint/", "results/latency/")
TIMED = ("results/tables/latency.", "results/logs/", *ROWS)
CLOCKED = ("encode_s", "search_s", "decoder_s", "ctc_s", "latency_s", "cpu_s", "segment")
DEVICE = (
    "load",
    "cpu_mhz",
    "temp_c",
    "throttled",
    "swapped_bytes",
    "peak_memory_bytes",
    "loading_peak_memory_bytes",
)


class Killed:
    """A study of one small trained model, and how often its runs were killed.

    Args:
        folder: in which the study is made.
        seed: of the times at which it is killed.
    """

    def __init__(self, folder: Path, seed: int):
        self.folder = folder
        self.kills = self.ends = 0
        self.chance = random.Random(seed)
        config = {
            "name": "kills",
            "speech": {"name": "demo-test", "path": str(ROOT / "demo/speech/LibriSpeech")},
            "models": [{"name": "m", "source": str(ROOT / "demo/models/lstm")}],
            "ctc_weights": [0.3, 1.0],
            "decoding": {"beam_size": 2},
            "latency": {"utterances": 3, "rounds": 1, "warm_up": 1},
            "wer": {"max_utterances": 8, "shards": 1},
        }
        folder.mkdir(parents=True)
        (folder / "config.yaml").write_text(yaml.safe_dump(config))

    def command(self, *options: str) -> list[str]:
        made = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
        return [*made, "--directory", str(self.folder), *options, "--", *TARGETS]

    def undisturbed(self) -> tuple[dict, float]:
        """What one run makes that is left alone, and the seconds that it takes."""
        began = time.monotonic()
        subprocess.run(self.command(), check=True, capture_output=True)
        return self.made(), time.monotonic() - began

    def begin_anew(self) -> None:
        """Take away all that was made."""
        for name in ("results", "resources", ".snakemake"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def run_until_killed(self, at_most_s: float) -> bool:
        """Run, and kill the run after a random time; whether it ended before that.

        Raises:
            RuntimeError: the run ended with an error.
        """
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                self.command(), stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                status = process.wait(self.chance.uniform(0.2, at_most_s))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                self.kills += 1
                print(f"{self.kills} kills, {self.ends} ends", flush=True)
                return False
            said.seek(0)
            if status != 0:
                raise RuntimeError(f"after {self.kills} kills: {said.read()[-5000:]}")
        self.ends += 1
        return True

    def made(self) -> dict[str, object]:
        """All files of the results: their bytes, and of timed rows what is the same in each run."""
        files = [file for file in (self.folder / "results").rglob("*") if file.is_file()]
        found: dict[str, object] = {}
        for file in files:
            name = file.relative_to(self.folder).as_posix()
            found[name] = file.read_bytes() if not name.startswith(TIMED) else None
            if name.startswith(ROWS) and name.endswith(".csv"):
                found[name] = _rows(file)
        return found


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    drop = CLOCKED + DEVICE
    return [{key: value for key, value in row.items() if key not in drop} for row in rows]


def compare(expected: dict, found: dict) -> list[str]:
    """What is not as in the undisturbed run, by name."""
    names = expected.keys() | found.keys()
    return sorted(n for n in names if n not in found or expected.get(n) != found[n])


def loop(folder: Path, kills: int, seed: int) -> Killed:
    """Kill so many times, end the last run, and compare whenever a run has ended."""
    study = Killed(folder, seed)
    expected, took_s = study.undisturbed()
    study.begin_anew()
    while study.kills < kills:
        # Longer than any job, so that each run gets further.
        if study.run_until_killed(took_s / 3):
            _check(study, expected)
            study.begin_anew()
    subprocess.run(study.command(), check=True, capture_output=True)
    _check(study, expected)
    return study


def _check(study: Killed, expected: dict) -> None:
    other = compare(expected, study.made())
    assert not other, f"after {study.kills} kills: {other}"
    left = subprocess.run(study.command("-n"), capture_output=True, text=True, check=True)
    assert "Nothing to be done" in left.stdout + left.stderr


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        done = loop(Path(scratch) / "study", int(sys.argv[1]), seed=1)
    print(f"{done.kills} kills, {done.ends} runs that ended, each as one left alone")
