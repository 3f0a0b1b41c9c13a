"""Timing: every utterance has its row once, whatever is wrong with it and whenever it is killed."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml
from asrbench.basics.errors import UserError
from asrbench.basics.resumable_csv import RowFile
from asrbench.engines.espnet.front_end import Framing, FrontEnd
from asrbench.engines.espnet.model import load_model
from asrbench.engines.interface import Transcript
from asrbench.engines.processor import CPU
from asrbench.measure import batch, latency
from asrbench.measure.latency import Timed
from asrbench.measure.peak_memory import PeakMemory
from asrbench.sources import audio
from asrbench.study import config, describe_job
from small_models import LSTM, TOKENS, random_model, recogniser, write_config

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
NOISE = np.random.default_rng(5).normal(0, 0.1, 60 * 16000).astype(np.float32)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def take(name: str, load) -> latency.Take:
    return latency.Take({"utterance_id": name}, load)


def timed(tmp_path, recogniser, takes) -> dict[str, dict[str, str]]:
    rows = RowFile(tmp_path / "rows.csv", ["utterance_id", *latency.TIMED_COLUMNS], {})
    latency.warm_up(recogniser, takes[:2], rows.attempts)
    latency.time_in_turn([Timed(recogniser, rows)], takes, lambda _done: None, PeakMemory())
    rows.finish()
    return {row["utterance_id"]: row for row in rows_of(tmp_path / "rows.csv")}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return recogniser(random_model(tmp_path_factory.mktemp("model")), 0.3, 2, 2.0)


def test_bad_utterances_are_rows_with_a_reason_and_the_others_are_timed(tmp_path, small):
    broken = tmp_path / "nan.wav"
    soundfile.write(broken, np.array([0.1, np.nan, 0.2] * 4000), 16000, subtype="FLOAT")
    takes = [
        take("tiny", lambda: NOISE[:100]),
        take("short", lambda: NOISE[:1000]),
        take("nan", lambda: audio.load(broken, 16000)),
        take("silent", lambda: np.zeros(16000, np.float32)),
        take("minute", lambda: NOISE),
        take("plain", lambda: NOISE[:16000]),
    ]
    rows = timed(tmp_path, small, takes)
    assert [row["status"] for row in rows.values()] == ["failed"] * 3 + ["ok"] * 3
    assert rows["tiny"]["reason"]
    assert "too short" in rows["short"]["reason"].lower()
    assert "not numbers" in rows["nan"]["reason"]
    assert rows["short"]["latency_s"] == rows["nan"]["latency_s"] == ""
    assert float(rows["minute"]["duration_s"]) == 60
    assert rows["plain"]["frames"] == str(16000 // 256 + 1)
    for column in ("peak_memory_bytes", "loading_peak_memory_bytes"):
        assert int(rows["plain"][column]) > 1e8
    assert [row["order"] for row in rows.values()] == list("012345")


def test_a_model_that_fails_on_every_utterance_says_so_where_it_ends(tmp_path, small, capsys):
    timed(tmp_path, small, [take(name, lambda: NOISE[:1000]) for name in "ab"])
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"warning: {tmp_path}/rows.csv: all 2 rows failed (TooShortUttError")
    (tmp_path / "rows.csv").unlink()
    timed(tmp_path, small, [take("a", lambda: NOISE[:1000]), take("b", lambda: NOISE[:16000])])
    assert capsys.readouterr().err == ""


def test_a_model_that_emits_nothing_says_so(tmp_path, small, monkeypatch):
    monkeypatch.setattr(small.speech2text, "_decode_single_sample", lambda _encoded: [])
    rows = timed(tmp_path, small, [take("one", lambda: NOISE[:16000])])
    assert rows["one"]["status"] == "ok"
    assert rows["one"]["tokens"] == "0"
    assert rows["one"]["reason"] == "the search gave no hypothesis"


def test_out_of_memory_is_a_row_and_the_sweep_goes_on(tmp_path, small, monkeypatch):
    encode = small.model.encode

    def greedy(speech, speech_lengths):
        if speech.shape[1] > 16000:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return encode(speech, speech_lengths)

    monkeypatch.setattr(small.model, "encode", greedy)
    rows = timed(
        tmp_path, small, [take("long", lambda: NOISE), take("short", lambda: NOISE[:16000])]
    )
    assert "can't allocate memory" in rows["long"]["reason"]
    assert rows["short"]["status"] == "ok"


def test_the_order_is_the_same_for_all_variants_and_another_in_each_round():
    takes = [take(str(number), lambda: None) for number in range(20)]
    first = latency.shuffled(takes, 1, 1)
    assert first == latency.shuffled(takes, 1, 1)
    assert first != latency.shuffled(takes, 1, 2) != latency.shuffled(takes, 2, 2)
    assert sorted(t.names["utterance_id"] for t in first) == sorted(map(str, range(20)))


def test_passes_repeat_the_takes_each_in_an_order_of_its_own():
    takes = [take(str(number), lambda: None) for number in range(20)]
    order = latency.shuffled(takes, 1, 1, passes=3)
    assert [t.names["pass"] for t in order] == [1] * 20 + [2] * 20 + [3] * 20
    ids = [[t.names["utterance_id"] for t in order[at : at + 20]] for at in (0, 20, 40)]
    assert ids[0] != ids[1] != ids[2] and all(sorted(each) == sorted(ids[0]) for each in ids)
    # Pass 1 is what a round of one pass is.
    assert ids[0] == [t.names["utterance_id"] for t in latency.shuffled(takes, 1, 1)]


class Told:
    """A recogniser that notes when it is asked."""

    sample_rate_hz, processor = 16000, CPU

    def __init__(self, name: str, asked: list[str]):
        self.name, self.asked = name, asked

    def frames(self, samples):
        return samples // 256 + 1

    def transcribe(self, waveform):
        self.asked.append(self.name)
        return Transcript("", 1, 0.0, 0.001, 0.009, 0.0, 0.0, 0.01, "end")


def test_recognisers_take_turns_and_each_has_its_own_rows(tmp_path):
    asked: list[str] = []
    takes = [take(f"u{number}", lambda: NOISE[:100]) for number in range(4)]
    order = latency.shuffled(takes, 1, 1, passes=2)
    columns = ["utterance_id", "pass", *latency.TIMED_COLUMNS]

    def measure(order):
        files = [RowFile(tmp_path / f"{name}.csv", columns, {}) for name in "ab"]
        timed = [Timed(Told(name, asked), rows) for name, rows in zip("ab", files, strict=True)]
        latency.time_in_turn(timed, order, lambda _done: None, PeakMemory())
        return files

    measure(order[:3])
    assert "".join(asked) == "abbaab"
    for rows in measure(order):
        rows.finish()
    assert "".join(asked) == "abbaab" + "baabbaabba"
    for name in "ab":
        found = rows_of(tmp_path / f"{name}.csv")
        assert [(row["utterance_id"], row["pass"]) for row in found] == [
            (t.names["utterance_id"], str(t.names["pass"])) for t in order
        ]


def test_a_warm_up_that_fails_leaves_the_batches_to_say_why(tmp_path):
    model = load_model(random_model(tmp_path))
    with pytest.raises(Exception, match="short"):
        batch.time_forward(model, *batch.pad([NOISE[:1000]]))
    batch.warm_up(model, NOISE[:1000], 2)


@pytest.mark.parametrize("architecture", [None, LSTM], ids=["transformer", "lstm"])
def test_batches_are_padded_and_timed(tmp_path, architecture):
    model = load_model(random_model(tmp_path, architecture))
    waveforms = [NOISE[:8000], NOISE[:16000], NOISE[:12000]]
    rows = RowFile(tmp_path / "rows.csv", batch.COLUMNS, {})
    cases = [(1, 0), (3, 0), (4, 1)]
    batch.sweep(
        model, FrontEnd(16000, (Framing(256),)), waveforms, cases, 1, rows, lambda _done: None
    )
    rows.finish()
    found = rows_of(tmp_path / "rows.csv")
    assert [row["status"] for row in found] == ["ok"] * 3
    assert float(found[0]["padding"]) == 0
    assert float(found[1]["padding"]) == pytest.approx(1 - (8 + 16 + 12) / 48)
    assert float(found[1]["audio_s"]) == pytest.approx(36000 / 16000)
    for row in found:
        assert float(row["encode_s"]) + float(row["ctc_s"]) <= float(row["forward_s"]) + 1e-9


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """A study of one small random model, with its speech and its manifest, in a folder."""
    tmp_path = tmp_path_factory.mktemp("study")
    write_config(tmp_path / "model", token_list=TOKENS)
    (tmp_path / "speech").mkdir()
    for number in range(4):
        length = 4000 + 2000 * number
        soundfile.write(tmp_path / f"speech/{number}.wav", NOISE[:length], 16000)
    content = {
        "name": "test",
        "speech": {"name": "noise", "path": "speech"},
        "models": [{"name": "one", "source": "model", "weights": "random", "tokens_per_second": 3}],
        "decoding": {"beam_size": 2},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))
    run(tmp_path, "fetch_model.py", "--config", "config.yaml", "--model", "one")
    return tmp_path


def run(folder: Path, script: str, *arguments: str, check: bool = True):
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / script), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


ON_A_FOLDER = ["--audio", "speech", "--out", "rows.csv"]


def described(study, *arguments: str, config: str = "config.yaml") -> str:
    """What the latency of the study's variant is described by."""
    given = ["--config", config, "--stage", "latency", "--model", "one", "--variant", "ctc0.3"]
    return run(study, "describe_job.py", *given, *arguments).stdout.strip()


def test_the_program_runs_outside_the_workflow_on_a_folder_of_files(study):
    run(study, "measure_latency.py", "--job", described(study), *ON_A_FOLDER)
    rows = rows_of(study / "rows.csv")
    assert sorted(row["utterance_id"] for row in rows) == list("0123")
    assert all(float(row["latency_s"]) > 0 for row in rows)
    assert (study / "rows.csv.checks.json").exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--audio", "none"], "none: there is no such folder"),
        (["--audio", "resources"], "resources: holds no sound file"),
        (["--manifest", "no.json"], "no.json: there is no such model"),
        (["--job", "one"], "--job: is not JSON"),
        (["--job", "[]"], "--job: names no model; describe_job.py writes one"),
        (["--job", '{"model": "one", "beam": 2}'], "--job: has beam, which no job has"),
        (["--job", '{"model": "one"}'], "--job: names no variant and axes"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(study, arguments, line):
    given = ["--job", described(study), *ON_A_FOLDER, *arguments]
    done = run(study, "measure_latency.py", *given, check=False)
    assert done.returncode == 1
    assert line in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--variant", "ctc1.5"], "model one has no variant 'ctc1.5'; there are: ctc"),
        (["--model", "two"], "model 'two' is not in the configuration"),
    ],
)
def test_a_job_that_no_study_has_is_not_described(study, arguments, line):
    given = ["--stage", "latency", "--model", "one", "--variant", "ctc0.3", *arguments]
    done = run(study, "describe_job.py", *given, check=False)
    assert done.returncode == 1
    assert line in done.stderr and len(done.stderr.splitlines()) == 1


def test_more_threads_than_cores_are_refused(study):
    content = yaml.safe_load((study / "config.yaml").read_text())
    content["decoding"]["threads"] = 4096
    (study / "wide.yaml").write_text(yaml.safe_dump(content))
    given = ["--job", described(study, config="wide.yaml"), *ON_A_FOLDER, "--out", "wide.csv"]
    done = run(study, "measure_latency.py", *given, check=False)
    assert done.returncode == 1
    assert "4096 threads are more than the" in done.stderr.splitlines()[-1]


SLOW = """
import sys, time
import numpy as np
from asrbench.measure import latency
from asrbench.measure.peak_memory import PeakMemory
from asrbench.engines.interface import Transcript
from asrbench.engines.processor import CPU
from asrbench.basics.resumable_csv import RowFile

class Slow:
    sample_rate_hz, processor = 16000, CPU
    def frames(self, samples):
        return samples // 256 + 1
    def transcribe(self, waveform):
        time.sleep(0.01)
        return Transcript("", 1, 0.0, 0.001, 0.009, 0.0, 0.0, 0.01, "end")

rows = RowFile(sys.argv[1], ["utterance_id", *latency.TIMED_COLUMNS], {})
takes = [
    latency.Take({"utterance_id": f"u{n}"}, lambda: np.zeros(100, np.float32)) for n in range(40)
]
timed = [latency.Timed(Slow(), rows)]
latency.time_in_turn(timed, latency.shuffled(takes, 1, 1), lambda done: None, PeakMemory())
rows.finish()
"""


def test_a_round_that_is_killed_ten_times_ends_with_every_row_once(tmp_path):
    out = tmp_path / "round1.csv"
    command = [sys.executable, "-c", SLOW, str(out)]
    chance = random.Random(11)
    kills = 0
    while kills < 10 and not out.exists():
        process = subprocess.Popen(command, cwd=SCRIPTS)
        grown_or_ended(tmp_path, process)
        time.sleep(chance.uniform(0, 0.04))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
    subprocess.run(command, cwd=SCRIPTS, check=True)
    rows = rows_of(out)
    assert sorted(row["utterance_id"] for row in rows) == sorted(f"u{n}" for n in range(40))
    assert len({row["segment"] for row in rows}) > 1
    takes = [take(f"u{n}", None) for n in range(40)]
    order = [t.names["utterance_id"] for t in latency.shuffled(takes, 1, 1)]
    assert all(order[int(row["order"])] == row["utterance_id"] for row in rows)


def grown_or_ended(folder: Path, process: subprocess.Popen) -> None:
    """Wait until one more row is on the disk, or the process has ended."""

    def size() -> int:
        # The mark of what is worked on, *.doing, and its own *.part come and go beside them.
        rows = (file for file in folder.glob("*.part") if ".doing" not in file.name)
        return sum(file.stat().st_size for file in rows)

    before = size()
    while size() <= before and process.poll() is None:
        time.sleep(0.005)


def test_rows_depend_on_their_own_settings_alone(study):
    mapping = yaml.safe_load((study / "config.yaml").read_text())
    base = config.parse(mapping)
    more_rounds = config.parse(mapping | {"latency": {"rounds": 9}})
    wider = config.parse(mapping | {"decoding": {"beam_size": 3}})

    def job(study, stage="latency", model="one"):
        return describe_job.of(study, stage, model, "ctc0.3")

    assert job(base) == job(more_rounds)
    assert job(base) != job(wider)
    more_passes = config.parse(mapping | {"latency": {"passes": 2}})
    assert job(base) != job(more_passes)
    for stage in ("frames", "threads", "energy"):
        assert job(base, stage) == job(more_passes, stage)
    with pytest.raises(UserError):
        job(base, model="two")
