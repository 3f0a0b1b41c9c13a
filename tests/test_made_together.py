"""What one process makes of a run: others of its kind, which their own jobs put in their places."""

import json
import multiprocessing
import os
import time
from pathlib import Path

import pytest
from asrbench.workflow import made_together


class Run:
    """A run that is to make some files of two each, and who made which."""

    def __init__(self, folder: Path, after: dict[str, list[str]]):
        self.folder, self.plan = folder, folder / "to_make.json"
        self.made = folder / "made"
        jobs = {
            name: {"outputs": list(map(str, self.outputs(name))), "after": files}
            for name, files in after.items()
        }
        self.plan.write_text(json.dumps({"kind": jobs}))

    def outputs(self, name: str) -> list[Path]:
        return [self.folder / f"out/{name}.{ending}" for ending in ("csv", "md")]

    def job(self, name: str, slow_s: float = 0.0) -> None:
        """What a job of a name does."""

        def maker():
            def make(made: str, outputs) -> str:
                time.sleep(slow_s)
                with self.made.open("a") as file:
                    file.write(f"{made} by {name}\n")
                if made == "broken":
                    raise KeyError("no such column")
                for path in outputs:
                    path.write_text(made)
                return f"{made} is there"

            return make

        made_together.make(self.plan, "kind", name, self.outputs(name), maker)

    def who(self) -> list[str]:
        return self.made.read_text().splitlines()


def test_the_first_makes_the_others_and_their_jobs_give_them_their_places(tmp_path, capsys):
    run = Run(tmp_path, {"a": [], "b": [], "c": []})
    run.job("a")
    assert run.who() == ["a by a", "b by a", "c by a"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.csv", "a.md"]
    assert capsys.readouterr().out == "a is there\n"
    run.job("c")
    assert [path.read_text() for path in run.outputs("c")] == ["c", "c"]
    assert "another job of this run" in capsys.readouterr().out
    run.job("b")
    assert len(run.who()) == 3


def test_what_waits_for_another_job_is_left_to_its_own(tmp_path):
    rows = tmp_path / "rows.csv"
    run = Run(tmp_path, {"a": [], "b": [str(rows)], "c": [str(rows)]})
    run.job("a")
    rows.write_text("")
    os.utime(rows, (1, 1))  # of a run before: its job is still to come
    run.job("a")
    assert run.who() == ["a by a", "a by a"]
    rows.touch()
    run.job("b")
    assert run.who()[2:] == ["b by b", "c by b"]


def test_what_is_made_is_not_made_again_and_what_a_run_before_made_is(tmp_path):
    run = Run(tmp_path, {"a": [], "b": [], "c": []})
    for name in ("b", "c"):
        for path in run.outputs(name):
            path.parent.mkdir(exist_ok=True)
            path.write_text("before")
    for path in run.outputs("c"):
        os.utime(path, (1, 1))
    run.job("a")
    assert run.who() == ["a by a", "c by a"]


def test_a_fault_of_another_is_told_by_its_own_job(tmp_path):
    run = Run(tmp_path, {"a": [], "broken": [], "z": []})
    run.job("a")
    assert run.who() == ["a by a", "broken by a", "z by a"]
    with pytest.raises(KeyError, match="no such column"):
        run.job("broken")
    assert not run.outputs("broken")[0].exists()


def test_two_that_begin_at_once_make_each_once(tmp_path):
    names = [f"n{number}" for number in range(12)]
    run = Run(tmp_path, {name: [] for name in names})
    context = multiprocessing.get_context("fork")
    both = [context.Process(target=run.job, args=(name, 0.05)) for name in ("n0", "n6")]
    for process in both:
        process.start()
    run.job("n11")  # waits for the one that makes it, or makes it
    for process in both:
        process.join()
        assert process.exitcode == 0
    for name in sorted(set(names) - {"n0", "n6", "n11"}):
        run.job(name)
    assert sorted(line.split()[0] for line in run.who()) == sorted(names)
    assert all(path.read_text() == name for name in names for path in run.outputs(name))


def test_without_a_plan_only_the_one_is_made(tmp_path):
    run = Run(tmp_path, {"a": [], "b": []})
    run.plan.unlink()
    run.outputs("a")[0].parent.mkdir()
    run.job("a")
    assert run.who() == ["a by a"]


def test_files_of_one_name_in_two_folders_are_kept_apart(tmp_path):
    outputs = [tmp_path / folder / "one.csv" for folder in ("compute", "parameters")]
    plan = tmp_path / "to_make.json"
    plan.write_text(json.dumps({"kind": {}}))

    def make(_name: str, parts) -> str:
        for part, text in zip(parts, ("compute", "parameters"), strict=True):
            part.write_text(text)
        return ""

    made_together.make(plan, "kind", "one", outputs, lambda: make)
    assert [path.read_text() for path in outputs] == ["compute", "parameters"]
