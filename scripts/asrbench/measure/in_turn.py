"""Which jobs of a build one process does: its decodings in turn, and its other stages after them.

Each variant has a job of its own in each stage, so that one which is added later measures nothing
again. The first of a build's jobs in a round also does the others that this run is to do, and
leaves their rows whole beside the files that they belong to; their own jobs then only give
them their names. Decodings are timed in turn, utterance by utterance: what the device does for
longer than that is so in the rows of all. Stages follow each other: a model is loaded once.
"""

import argparse
from pathlib import Path

from asrbench.basics import part_file
from asrbench.basics.json_file import read_json, write_json
from asrbench.device import made_by
from asrbench.measure import opened_variant
from asrbench.study import axes
from asrbench.study.job import Job

BUILD_AXES = {axis.name for axis in axes.of_level(axes.BUILD)}
IN_TURN_WITH = "in_turn_with"
# What jobs of one build must also have in common to share a process, whatever stage they are of.
_PROCESS = ("model", "checkpoint", "sample_rate_hz", "channels", "threads", "cores")

Jobs = list[tuple[str, Job]]


def taken_up(stage: str, arguments: argparse.Namespace) -> bool:
    """Whether another job of the run has done this one; its rows then get their name.

    Args:
        stage: the measurement, for what is printed.
        arguments: ``job`` and ``out``.
    """
    job = Job.parse(arguments.job)
    left = part_file.take_up(arguments.out, settings(job))
    if left is None:
        return False
    write_json(left, made_by.findings_of(arguments.out))
    turns = f"in turn with {', '.join(left[IN_TURN_WITH])}" if left.get(IN_TURN_WITH) else "alone"
    print(f"{stage} {job}: measured by another job of this run, {turns}")
    return True


def settings(job: Job) -> dict[str, object]:
    """What rows depend on."""
    return job.plain() | {"made_by": opened_variant.made_by_of(job)}


def partners(planned: str | None, stage: str, rows: str, job: Job) -> Jobs:
    """The other decodings that this run is to time, and that can be timed in turn with one.

    Args:
        planned: a JSON file of the jobs that this run is to do, by stage and by the file of
            rows; None: none.
        rows: the file of the one.
        job: the one.
    """
    found = _planned(planned, rows, job).get(stage, [])
    return [(path, other) for path, other in found if _but_decoding(other) == _but_decoding(job)]


def other_stages(planned: str | None, stage: str, rows: str, job: Job) -> dict[str, Jobs]:
    """The jobs of other stages that can follow in the same process, by stage."""
    found = _planned(planned, rows, job)
    return {other: jobs for other, jobs in found.items() if other != stage}


def _planned(planned: str | None, rows: str, job: Job) -> dict[str, Jobs]:
    """Jobs that wait to be done, of the same build, round and process as one, without that one."""
    if planned is None or not Path(planned).is_file():
        return {}
    plan = Path(planned)
    began_s = plan.stat().st_mtime
    found: dict[str, Jobs] = {}
    for stage, jobs in read_json(plan).items():
        for path, plain in jobs.items():
            other, made = Job(**plain), Path(path)
            pending = not made.exists() or made.stat().st_mtime < began_s
            here = made.name == Path(rows).name and _process(other) == _process(job)
            if here and pending and path != rows:
                found.setdefault(stage, []).append((path, other))
    return found


def _process(job: Job) -> list[object]:
    """What jobs must have in common to share a process and its model."""
    return [_build_axes(job), *(getattr(job, name) for name in _PROCESS)]


def _but_decoding(job: Job) -> dict[str, object]:
    """What jobs must have in common to be timed in turn: all but how they decode."""
    return {**job.plain(), "variant": None, "axes": _build_axes(job)}


def _build_axes(job: Job) -> dict[str, str | int]:
    return {name: value for name, value in (job.axes or {}).items() if name in BUILD_AXES}
