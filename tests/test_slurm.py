"""Word error rate on a real Slurm: the bytes of a local run, though a job is killed."""

import os
import subprocess
import sys
import time

import pytest
import yaml
from slurm_cluster import Cluster, needs_slurm
from workflow import ROOT

STUDY = {
    "name": "slurm",
    "speech": {
        "name": "demo-test",
        "path": str(ROOT / "demo/speech/LibriSpeech"),
        "synthetic": True,
    },
    "models": [{"name": "lstm-demo", "source": str(ROOT / "demo/models/lstm")}],
    "ctc_weights": [0.0, 1.0],
    "decoding": {"beam_size": 2},
    "wer": {"max_utterances": 6, "shards": 2},
}
TARGETS = [f"results/wer/lstm-demo/ctc{weight}/hypotheses.jsonl" for weight in ("0.0", "1.0")]


@pytest.fixture
def cluster(tmp_path):
    made = Cluster(tmp_path / "cluster")
    try:
        made.start()
        yield made
    finally:
        made.stop()


def command(folder, *options: str) -> list[str]:
    made = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    return [*made, "--directory", str(folder), *options, "--", *TARGETS]


def study(folder):
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(STUDY))
    return folder


def test_what_leaves_the_device_waits_for_nothing_of_it():
    here, far = (
        yaml.safe_load((ROOT / f"profiles/{name}/config.yaml").read_text())
        for name in ("default", "slurm")
    )
    needed = far["set-resources"]["decode_shard"]
    assert {name: needed[name] for name in here["resources"]} == dict.fromkeys(here["resources"], 0)


@needs_slurm
def test_a_cluster_gives_the_bytes_of_a_local_run_though_a_job_is_killed(tmp_path, cluster):
    far = study(tmp_path / "far")
    options = ["--profile", str(ROOT / "profiles/slurm"), "--latency-wait", "20"]
    options += ["--slurm-init-seconds-before-status-checks", "2"]
    options += ["--seconds-between-status-checks", "2"]
    log = (tmp_path / "far.log").open("w")
    with subprocess.Popen(
        command(far, *options),
        cwd=far,
        env={**cluster.environment, "VERBOSE": "1"},
        stdout=log,
        stderr=log,
    ) as run:
        killed = kill_one(cluster, run)
        run.wait(timeout=400)
    text = (tmp_path / "far.log").read_text()
    logs = "".join(file.read_text()[-1500:] for file in far.rglob("slurm_logs/**/*.log"))
    assert run.returncode == 0, text[-6000:] + logs
    assert killed in text and "Trying to restart job" in text

    near = study(tmp_path / "near")
    subprocess.run(
        command(near, "--cores", "2"), cwd=near, check=True, capture_output=True, env=os.environ
    )
    for target in TARGETS:
        made = (far / target).read_bytes()
        assert made == (near / target).read_bytes() and made.count(b"\n") == 6


def kill_one(cluster: Cluster, run: subprocess.Popen) -> str:
    """Kill the first job that runs, as a node would; return its number."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and run.poll() is None:
        jobs = cluster.ask("squeue", "-h", "-t", "RUNNING", "-o", "%i").split()
        if jobs:
            cluster.ask("scancel", "--signal=KILL", "--full", jobs[0])
            return jobs[0]
        time.sleep(0.2)
    pytest.fail("no job ran on the cluster")
