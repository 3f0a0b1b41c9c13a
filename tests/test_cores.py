"""How many threads can run at a time, and on which cores, from files like the kernel's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from asrbench.basics.errors import UserError
from asrbench.device import cores, description
from asrbench.study import config
from test_device import CPU, put

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
GROUP = "sys/fs/cgroup"


@pytest.fixture
def sixteen(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _task: set(range(16)))


@pytest.mark.parametrize(
    ("files", "quota", "usable"),
    [
        ({}, None, 16),
        ({"cpu.max": "max 100000"}, None, 16),
        ({"cpu.max": "200000 100000"}, 2.0, 2),
        ({"cpu.max": "150000 100000"}, 1.5, 1),
        ({"cpu.max": "5000 100000"}, 0.05, 1),
        ({"cpu.max": "nonsense"}, None, 16),
        ({"cpu/cpu.cfs_quota_us": -1, "cpu/cpu.cfs_period_us": 100000}, None, 16),
        ({"cpu/cpu.cfs_quota_us": 300000, "cpu/cpu.cfs_period_us": 100000}, 3.0, 3),
    ],
)
def test_the_quota_of_a_container(tmp_path, sixteen, files, quota, usable):
    put(tmp_path, {f"{GROUP}/{name}": text for name, text in files.items()})
    assert cores.quota(tmp_path) == quota
    assert cores.usable(tmp_path) == usable


def test_the_tightest_of_the_groups_around_a_process_counts(tmp_path, sixteen):
    put(
        tmp_path,
        {
            "proc/self/cgroup": "0::/user.slice/job\n4:memory:/job\n3:cpu,cpuacct:/job",
            f"{GROUP}/user.slice/cpu.max": "400000 100000",
            f"{GROUP}/user.slice/job/cpu.max": "max 100000",
            f"{GROUP}/user.slice/job/memory.max": "max",
            f"{GROUP}/cpu/job/cpu.cfs_quota_us": 600000,
            f"{GROUP}/cpu/job/cpu.cfs_period_us": 100000,
            f"{GROUP}/memory/memory.limit_in_bytes": 9223372036854771712,
            f"{GROUP}/memory/job/memory.limit_in_bytes": 2000000000,
        },
    )
    assert cores.quota(tmp_path) == 4.0
    assert cores.memory_limit_bytes(tmp_path) == 2000000000


def big_and_little(root: Path, capacities: list[int]) -> None:
    put(root, {f"{CPU}/cpu{n}/cpu_capacity": capacity for n, capacity in enumerate(capacities)})


def big(root: Path) -> list[int]:
    return sorted(core for kind in cores.kinds(root) if kind.big for core in kind.cores)


def test_kinds_of_cores_by_capacity(tmp_path):
    big_and_little(tmp_path, [381] * 4 + [1024] * 4)
    fast, slow = cores.kinds(tmp_path)
    assert (fast.capacity, fast.cores, fast.big) == (1024, (4, 5, 6, 7), True)
    assert (slow.capacity, slow.cores, slow.big) == (381, (0, 1, 2, 3), False)
    big_and_little(tmp_path, [381, 381, 381, 381, 850, 850, 850, 1024])
    assert big(tmp_path) == [4, 5, 6, 7]
    big_and_little(tmp_path, [1024] * 8)
    assert cores.kinds(tmp_path) == []


def test_kinds_of_cores_of_a_hybrid_pc(tmp_path):
    put(tmp_path, {"sys/devices/cpu_core/cpus": "0-3,8", "sys/devices/cpu_atom/cpus": "4-7"})
    assert [kind.name for kind in cores.kinds(tmp_path)] == ["performance", "efficiency"]
    assert big(tmp_path) == [0, 1, 2, 3, 8]


@pytest.mark.parametrize(("wanted", "chosen"), [("big", {4, 5, 6, 7}), ([4, 15], {4, 15})])
def test_every_thread_runs_on_the_chosen_cores(tmp_path, sixteen, monkeypatch, wanted, chosen):
    # Eight cores that the file names, and eight of which it says nothing.
    big_and_little(tmp_path, [381] * 4 + [1024] * 4)
    put(tmp_path, {f"{CPU}/cpu{n}/cpu_capacity": 381 for n in range(8, 16)})
    given = {}
    monkeypatch.setattr(os, "sched_setaffinity", given.__setitem__)
    cores.choose(wanted, tmp_path)
    assert set(given) == set(map(int, os.listdir("/proc/self/task")))
    assert all(each == chosen for each in given.values())


def test_what_cannot_be_chosen_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _task: {0, 1})
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: pytest.fail("chosen"))
    with pytest.raises(UserError, match="may not use core 7; it may use cores 0, 1"):
        cores.choose([0, 7], tmp_path)
    big_and_little(tmp_path, [381, 381, 1024])
    with pytest.raises(UserError, match="big: this process may use little cores alone"):
        cores.choose("big", tmp_path)


def test_threads_of_libraries_follow_and_all_means_the_chosen(tmp_path):
    core = min(os.sched_getaffinity(0))
    program = (
        "import os, torch\n"
        "from asrbench.device import cores, threads\n"
        "torch.ones(2000, 2000) @ torch.ones(2000, 2000)\n"
        f"cores.choose([{core}])\n"
        "print(threads.counted('all'))\n"
        "print({tuple(os.sched_getaffinity(int(t))) for t in os.listdir('/proc/self/task')})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(SCRIPTS), "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["1", str({(core,)})]


def test_the_description_tells_kinds_quota_and_limit(tmp_path, sixteen):
    big_and_little(tmp_path, [381, 1024])
    put(tmp_path, {f"{GROUP}/cpu.max": "200000 100000", f"{GROUP}/memory.max": 1 << 30})
    (tmp_path / "study.json").write_text("{}")
    found = description.describe(tmp_path / "study.json", tmp_path)
    assert found["usable_cores"] == 2 and found["cpu_quota_cores"] == 2.0
    assert found["memory_limit_bytes"] == 1 << 30
    assert [kind["cores"] for kind in found["kinds_of_cores"]] == [(1,), (0,)]


STUDY = {
    "name": "n",
    "speech": {"name": "s", "path": "p"},
    "models": [{"name": "m", "source": "m"}],
}


@pytest.mark.parametrize("given", ["all", "big", [4, 5, 6, 7]])
def test_cores_of_the_configuration(given):
    assert config.parse(STUDY | {"decoding": {"cores": given}}).decoding.cores == given


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("fast", "'fast' must be all, big, or the numbers of cores"),
        ([], "must be all, big"),
        ([4, 4], "4 is listed more than once"),
        ([-1], "must be all, big"),
        ([True], "must be all, big"),
        (4, "4 must be all, big"),
    ],
)
def test_other_cores_are_refused_in_one_line(given, reason):
    with pytest.raises(UserError, match=reason) as caught:
        config.parse(STUDY | {"decoding": {"cores": given}})
    assert "decoding.cores" in str(caught.value) and "\n" not in str(caught.value)
