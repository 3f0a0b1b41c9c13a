"""Which decodings of a build one process times in turn, utterance by utterance.

Each variant has a job of its own, so that one which is added later measures nothing again.
The first of a build's jobs in a round also times the others that this run is to measure, and
leaves their rows whole beside the files that they belong to; their own jobs then only give
them their names. What the device does for longer than an utterance is so in the rows of all.
"""

from pathlib import Path

from asrbench.basics.json_file import read_json
from asrbench.study import axes
from asrbench.study.job import Job

BUILD_AXES = {axis.name for axis in axes.of_level(axes.BUILD)}


def partners(planned: str | None, rows: str, job: Job) -> list[tuple[str, Job]]:
    """The jobs of this run that can be timed in turn with one, as (rows, job).

    Args:
        planned: a JSON file of the jobs that this run is to do, by the file of rows; None: none.
        rows: the file of the one.
        job: the one.
    """
    if planned is None or not Path(planned).is_file():
        return []
    plan = Path(planned)
    began_s = plan.stat().st_mtime
    found = []
    for path, plain in read_json(plan).items():
        other, made = Job(**plain), Path(path)
        here = made.name == Path(rows).name and made.parent.parent == Path(rows).parent.parent
        pending = not made.exists() or made.stat().st_mtime < began_s
        if here and path != rows and pending and _but_decoding(other) == _but_decoding(job):
            found.append((path, other))
    return found


def _but_decoding(job: Job) -> dict[str, object]:
    """What jobs must have in common to share a process: all but how they decode."""
    plain = job.plain()
    kept = {name: value for name, value in (job.axes or {}).items() if name in BUILD_AXES}
    return {**plain, "variant": None, "axes": kept}
