"""How far a run of the workflow is: stages, jobs done and to go, time left.

A handler of Snakemake's own log, which tells each job's begin and end. The time left
comes from the jobs of the same rule that are done, and for rules that none is done of,
from the times of an earlier run, which are kept beside the logs.
"""

import json
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text

from asrbench.basics.errors import WARNING
from asrbench.basics.json_file import write_json

# Rules in the order in which they are told, by what they are to a person.
STAGES = {
    "preparation": ("device", "fetch_speech", "fetch_model", "list_utterances", "draw_sample"),
    "parameters": ("count_parameters", "count_compute"),
    "latency": ("measure_latency",),
    "frames": ("measure_frames",),
    "batch": ("measure_batch",),
    "threads": ("measure_threads",),
    "energy": ("measure_energy",),
    "WER": ("decode_shard", "gather_hypotheses"),
}
OTHERS = "tables and figures"
# Names for many files at once, which are no work; and Snakemake's own sum.
TARGETS = {"all", "parameters", "latency", "energy", "wer", "compare", "report", "total"}
LOG_EVERY_S = 10.0  # where there is no terminal


def stage(rule: str) -> str:
    """What a rule is part of."""
    return next((name for name, rules in STAGES.items() if rule in rules), OTHERS)


@dataclass
class Times:
    """Seconds that jobs of each rule took: in this run, else in an earlier one."""

    earlier: dict[str, float] = field(default_factory=dict)
    spent: dict[str, list[float]] = field(default_factory=dict)

    def add(self, rule: str, seconds: float) -> None:
        self.spent.setdefault(rule, []).append(seconds)

    def of(self, rule: str) -> float | None:
        """The mean; None where no job of the rule has ever ended."""
        return self.all().get(rule)

    def all(self) -> dict[str, float]:
        """What to keep for the next run."""
        here = {rule: sum(times) / len(times) for rule, times in self.spent.items()}
        return self.earlier | here


class RunProgress(logging.Handler):
    """Tells how far the run is after each job that ends.

    Args:
        times_file: where times of rules are kept from run to run.
        cores: jobs that measure take turns, others share so many.
        console: where it is told.
        dryrun: whether nothing is run; what is pending, and how long it took last time,
            is then told at the end.
    """

    def __init__(self, times_file: Path, cores: int, console: Console, dryrun=lambda: False):
        super().__init__(logging.INFO)
        self.times_file, self.cores, self.console = times_file, max(1, cores), console
        self.dryrun = dryrun
        self.times = Times(_read(times_file))
        self.wanted: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.warnings: list[str] = []
        self._rules: dict[int, str] = {}
        self._logs: dict[int, list[str]] = {}
        self._began: dict[int, float] = {}
        self._told_s = 0.0
        self._closed = False

    def emit(self, record: logging.LogRecord) -> None:
        """One record of Snakemake's log; those without an event are passed over."""
        said = vars(record)
        event = str(said.get("event", ""))
        if event == "run_info":
            self.wanted = Counter({k: n for k, n in said["stats"].items() if k not in TARGETS})
        elif event == "job_info":
            self._rules[said["jobid"]] = said["rule_name"]
            self._logs[said["jobid"]] = list(said.get("log") or [])
            self._began[said["jobid"]] = time.monotonic()
        elif event == "job_finished" and not self.dryrun():
            self._finished(said["job_id"])

    def _finished(self, jobid: int) -> None:
        rule = self._rules.get(jobid)
        if rule is None:
            return
        self.done[rule] += 1
        self.warnings += [line for log in self._logs[jobid] for line in _warnings(log)]
        self.times.add(rule, time.monotonic() - self._began[jobid])
        now = time.monotonic()
        if self.console.is_terminal or now - self._told_s >= LOG_EVERY_S:
            self._told_s = now
            self.console.print(self.line(), soft_wrap=True)

    def line(self) -> Text:
        """Such as 'latency 5/24 · frames 0/12 · about 4 min left'; whole stages are left out."""
        parts = [
            f"{name} {done}/{wanted}" for name, done, wanted in self._stages() if done < wanted
        ]
        left = self.left_s()
        if parts and left is not None:
            parts.append(f"{spoken(left)} left")
        return Text(" · ".join(parts) or "all jobs done", style="bold cyan")

    def pending(self) -> list[str]:
        """For a dry run: a line a stage, with the time that its jobs took last time."""
        lines = []
        for name, done, wanted in self._stages():
            rules = [rule for rule in self.wanted if stage(rule) == name]
            left = self._seconds({rule: self.wanted[rule] for rule in rules})
            jobs = f"{wanted - done} job" + "s" * (wanted - done != 1)
            took = "never run here" if left is None else f"{spoken(left)}, by the last run's times"
            lines.append(f"  {name}: {jobs}, {took}")
        return lines

    def left_s(self) -> float | None:
        """Seconds; None where a rule that is to come has no time yet."""
        return self._seconds({rule: n - self.done[rule] for rule, n in self.wanted.items()})

    def close(self) -> None:
        """Keep the times for the next run and repeat warnings, or tell what a dry run found."""
        if self._closed:
            return
        self._closed = True
        if self.dryrun() and self.wanted:
            self.console.print("Pending:\n" + "\n".join(self.pending()), soft_wrap=True)
        elif self.times.spent and self.times_file.parent.is_dir():
            write_json(self.times.all(), self.times_file)
        for line in self.warnings:
            self.console.print(Text(line, style="yellow"), soft_wrap=True)
        super().close()

    def _stages(self) -> list[tuple[str, int, int]]:
        """Name, jobs done, and jobs wanted of each stage that there is."""
        done: Counter[str] = Counter()
        wanted: Counter[str] = Counter()
        for rule, count in self.wanted.items():
            wanted[stage(rule)] += count
            done[stage(rule)] += self.done[rule]
        return [(name, done[name], wanted[name]) for name in [*STAGES, OTHERS] if wanted[name]]

    def _seconds(self, jobs: dict[str, int]) -> float | None:
        alone = shared = 0.0
        for rule, count in jobs.items():
            if count <= 0:
                continue
            each = self.times.of(rule)
            if each is None:
                return None
            if rule.startswith("measure_"):
                alone += count * each
            else:
                shared += count * each
        return alone + shared / self.cores


def spoken(seconds: float) -> str:
    """Such as 'about 40 s', 'about 4 min' or 'about 3.5 h'."""
    if seconds < 60:
        return f"about {max(1, round(seconds)):d} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def _warnings(log: str) -> list[str]:
    """Warnings that a job's program wrote into its log."""
    try:
        lines = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.startswith(WARNING)]


def _read(times_file: Path) -> dict[str, float]:
    """Times of an earlier run; a file that is absent or broken says nothing."""
    try:
        found = json.loads(times_file.read_text(encoding="utf-8"))
        return {str(rule): float(seconds) for rule, seconds in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
