"""What the wall time of a run went into: measuring, and all that is not measuring.

Where several jobs run at once, each has an equal part of that time, so that the parts sum up
to the wall time from the first job's begin to the last one's end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

CLOCKS, DECODING, STARTING = "in the clocks", "decoding for WER", "the rest of these jobs"
FIGURES, TABLES, REPORT = "figures", "tables", "report"
OTHERS, FAILED, NO_JOB = "other jobs", "failed jobs", "Snakemake, no job running"
PARTS = (CLOCKS, DECODING, STARTING, TABLES, FIGURES, REPORT, OTHERS, FAILED, NO_JOB)
_OF_RULES = {
    "make_table": TABLES,
    "plot_figure": FIGURES,
    "report_page": REPORT,
    "run_report": REPORT,
}


@dataclass(frozen=True)
class JobTime:
    """One job that ended.

    Args:
        began_s, ended_s: of a monotonic clock.
        clocks_s: how long it measured or decoded, by its own log.
        failed: whether it ended without what it was to make.
    """

    rule: str
    began_s: float
    ended_s: float
    clocks_s: float = 0.0
    failed: bool = False


def parts(jobs: Sequence[JobTime]) -> dict[str, float]:
    """Seconds of wall time by part; those of :data:`PARTS` that took any.

    Of a job that measures, the part in the clocks is what its clocks are of its own time.
    """
    found = dict.fromkeys(PARTS, 0.0)
    edges = sorted({edge for job in jobs for edge in (job.began_s, job.ended_s)})
    for begin_s, end_s in pairwise(edges):
        running = [job for job in jobs if job.began_s <= begin_s and job.ended_s >= end_s]
        if not running:
            found[NO_JOB] += end_s - begin_s
        for job in running:
            each_s = (end_s - begin_s) / len(running)
            clocks = 0.0 if job.failed else min(1.0, job.clocks_s / (job.ended_s - job.began_s))
            found[DECODING if job.rule == "decode_shard" else CLOCKS] += clocks * each_s
            found[_rest(job)] += (1 - clocks) * each_s
    return {part: seconds for part, seconds in found.items() if seconds > 0}


def _rest(job: JobTime) -> str:
    """What the time of a job is in which no clock runs."""
    if job.failed:
        return FAILED
    if job.rule.startswith("measure_") or job.rule == "decode_shard":
        return STARTING
    return _OF_RULES.get(job.rule, OTHERS)


def share(found: dict[str, float]) -> float:
    """The part of the wall time that measures or decodes, from 0 to 1; 0 of no time."""
    whole_s = sum(found.values())
    return (found.get(CLOCKS, 0.0) + found.get(DECODING, 0.0)) / whole_s if whole_s else 0.0


def line(found: dict[str, float]) -> str:
    """Such as '61 % of 254 s measured: in the clocks 120 s, tables 34 s'."""
    told = ", ".join(f"{part} {seconds:.0f} s" for part, seconds in found.items())
    return f"{100 * share(found):.0f} % of {sum(found.values()):.0f} s measured: {told}"
