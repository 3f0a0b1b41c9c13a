"""Which jobs one process does: decodings in turn, builds too where memory allows it, and stages.

Each variant has a job of its own in each stage, so that one which is added later measures nothing
again. The first of the jobs that can share a process also does the others that this run is to
do, and leaves their rows whole beside the files that they belong to; their own jobs then only
give them their names. Inputs are timed in turn, utterance by utterance: what the device does for
longer than that is so in the rows of all.

* Latency is timed in turn over the decodings of all builds whose engines compute by the same
  packages, and leave the cores free in between. Memory and loading are a build's own, and are
  measured before: see ``footprint`` in :mod:`asrbench.measure.stages`.
* Stages of one build follow each other, and a model is loaded once.
"""

import argparse
import csv
from pathlib import Path
from typing import NamedTuple

from asrbench.basics import attempts, part_file
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import write_json
from asrbench.basics.run_plan import RunPlan
from asrbench.device import made_by, threads
from asrbench.engines import catalogue
from asrbench.measure import opened_variant
from asrbench.sources import manifest
from asrbench.sources.manifest import Manifest
from asrbench.study import axes
from asrbench.study.job import Job

BUILD_AXES = {axis.name for axis in axes.of_level(axes.BUILD)}
IN_TURN_WITH = "in_turn_with"
# What jobs must also have in common to share a process, whatever stage they are of.
_PROCESS = ("sample_rate_hz", "channels", "threads", "cores")
_BUILD = ("model", "checkpoint")
_TIMING = ("seed", "passes", "warm_up", "timeout_s")
# The stage whose jobs share a process with those of other builds, and with no other stage.
LATENCY = "latency"


class Planned(NamedTuple):
    """A job of a run.

    Attributes:
        rows: its file.
        job: what it does.
        manifest: its model's files.
        footprint: rows of the memory that its variant takes by itself; '' where not needed.
        code: digest of what measures, as its rule says it; '' outside a run.
    """

    rows: str
    job: Job
    manifest: str = ""
    footprint: str = ""
    code: str = ""

    def peak_bytes(self) -> float:
        """The most memory of a process that held its build alone; infinite where unknown."""
        try:
            with open(self.footprint, encoding="utf-8", newline="") as file:
                rows = [row for row in csv.DictReader(file) if row["status"] == "ok"]
            told = [float(row[name]) for row in rows for name in _PEAKS if row[name]]
        except (OSError, KeyError, ValueError):
            return float("inf")
        return max(told, default=float("inf"))


_PEAKS = ("peak_memory_bytes", "loading_peak_memory_bytes")

Jobs = list[Planned]


def taken_up(stage: str, arguments: argparse.Namespace) -> bool:
    """Whether another job of the run has done this one; its rows then get their name.

    Args:
        stage: the measurement, for what is printed.
        arguments: ``job`` and ``out``.
    """
    mine = own(arguments)
    left = part_file.take_up(mine.rows, settings(mine, manifest.load(mine.manifest)))
    if left is None:
        return False
    write_json(left, made_by.findings_of(mine.rows))
    others = left.get(IN_TURN_WITH) or []
    turns = f"beside {len(others)} in turn" if others else "alone"
    print(f"{stage} {mine.job}: measured by another job of this run, {turns}")
    return True


def own(arguments: argparse.Namespace) -> Planned:
    """The job that a program was given.

    Args:
        arguments: ``job``, ``manifest``, ``out``, and ``planned``, which says by what code it is.
    """
    job = Job.parse(arguments.job)
    path = opened_variant.manifest_of(job, arguments.manifest)
    code = next(
        (
            jobs[arguments.out]["code"]
            for jobs in RunPlan(arguments.planned).kinds.values()
            if arguments.out in jobs
        ),
        "",
    )
    return Planned(arguments.out, job, path, code=code)


def settings(one: Planned, files: Manifest) -> dict[str, object]:
    """What rows depend on, as far as it may change before a run that was ended is resumed."""
    versions = {"made_by": opened_variant.made_by_of(one.job), "code": one.code}
    return one.job.plain() | versions | {"model_sha256": files.sha256}


def partners(planned: str | None, stage: str, rows: str, job: Job) -> Jobs:
    """The other jobs of a stage that this run is to do, and that can be timed in turn with one.

    Decodings of its own build come first.

    Args:
        planned: a JSON file of the jobs that this run is to do, by stage and by the file of
            rows; None: none.
        rows: the file of the one.
        job: the one.
    """
    spins = catalogue.ENGINES[opened_variant.engine_of(job)].spins
    if spins and threads.counted(job.threads or "all") > 1:
        return []
    found = _pending(planned, rows).get(stage, [])
    own = [each for each in found if _but_decoding(each.job) == _but_decoding(job)]
    if stage != LATENCY or job.on_gpu or attempts.killed_at(rows):
        return own
    ours = _but_build(job)
    return own + [each for each in found if each not in own and _but_build(each.job) == ours]


def other_stages(planned: str | None, stage: str, rows: str, job: Job) -> dict[str, Jobs]:
    """The jobs of other stages that can follow in the same process, by stage."""
    if stage == LATENCY:
        return {}
    found: dict[str, Jobs] = {}
    for other, jobs in _pending(planned, rows).items():
        for each in jobs:
            if other not in (stage, LATENCY) and _of_build(each.job) == _of_build(job):
                found.setdefault(other, []).append(each)
    return found


def _pending(planned: str | None, rows: str) -> dict[str, Jobs]:
    """Jobs of a round that wait to be done, and whose inputs are there, without that one."""
    found: dict[str, Jobs] = {}
    plan = RunPlan(planned)
    for stage, jobs in plan.kinds.items():
        for path, told in jobs.items():
            here = Path(path).name == Path(rows).name and path != rows
            if here and plan.waits(path, told["after"]):
                inputs = told["manifest"], told.get("footprint", ""), told["code"]
                one = Planned(path, Job(**told["job"]), *inputs)
                # What is left whole was in turn with others, and waits for its name alone.
                if not _is_left(one):
                    found.setdefault(stage, []).append(one)
    return found


def _is_left(one: Planned) -> bool:
    try:
        return part_file.is_left(one.rows, settings(one, manifest.load(one.manifest)))
    except UserError:  # there are no such files: its own job will say it
        return False


def _of_build(job: Job) -> list[object]:
    """What jobs must have in common to share a process and its model."""
    return [_build_axes(job), *(getattr(job, name) for name in (*_BUILD, *_PROCESS))]


def _but_build(job: Job) -> list[object]:
    """What jobs of several builds must have in common to be timed in turn."""
    packages = catalogue.ENGINES[opened_variant.engine_of(job)].packages
    return [packages, job.on_gpu, *(getattr(job, name) for name in (*_PROCESS, *_TIMING))]


def _but_decoding(job: Job) -> dict[str, object]:
    """What jobs of a build must have in common to be timed in turn: all but how they decode."""
    return {**job.plain(), "variant": None, "axes": _build_axes(job)}


def _build_axes(job: Job) -> dict[str, str | int]:
    return {name: value for name, value in (job.axes or {}).items() if name in BUILD_AXES}
