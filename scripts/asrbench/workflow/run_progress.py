"""How far a run of the workflow is: its stage, its job, jobs done and to go, time left.

A handler of Snakemake's own log, which tells each job's begin and end. The time left
comes from the jobs of the same rule that are done, and for rules that none is done of,
from the times of an earlier run, which are kept beside the logs.
"""

import logging
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.text import Text

from asrbench.basics import clock_time
from asrbench.basics.errors import WARNING
from asrbench.basics.json_file import write_json
from asrbench.workflow import job_times, run_shares
from asrbench.workflow.job_times import Times, spoken
from asrbench.workflow.run_shares import JobTime

# Rules in the order in which they are told, by what they are to a person.
STAGES = {
    "preparation": ("device", "fetch_speech", "fetch_model", "list_utterances", "draw_sample"),
    "pilot": ("measure_pilot", "pilot"),
    "parameters": ("count_parameters", "count_model"),
    "latency": ("measure_footprint", "measure_latency"),
    "frames": ("measure_frames",),
    "batch": ("measure_batch",),
    "threads": ("measure_threads",),
    "streaming": ("measure_streaming", "measure_listening"),
    "energy": ("measure_energy",),
    "WER": ("decode_shard", "gather_hypotheses"),
}
OTHERS = "tables and figures"
# Names for many files at once, which are no work; and Snakemake's own sum.
TARGETS = {
    "all",
    "parameters",
    "latency",
    "streaming",
    "energy",
    "wer",
    "compare",
    "report",
    "total",
}
# Rules by which a person asks something, and how many lines at the end of their log are the answer.
ANSWERS = {"self_test": 3, "pilot": 1, "quick": 1}
TELL_EVERY_S = 10.0  # where there is no terminal
DRAW_EVERY_S = 2.0  # where there is one
SHARES = "run_shares.json"
FEW = 5  # jobs, of which nobody asks how long they take
_SHARE = re.compile(r", (\d+ %)(?:,|$)")  # in a line of asrbench.basics.progress


def stage(rule: str) -> str:
    """What a rule is part of."""
    return next((name for name, rules in STAGES.items() if rule in rules), OTHERS)


@dataclass(frozen=True)
class Running:
    """A job that has begun: what Snakemake said of it."""

    rule: str
    message: str
    logs: list[Path]
    began_s: float

    def words(self) -> str:
        """Its message, what its stage tells too left out, and how far its log says it is."""
        said = self.message.split(": ", 1)[-1] or self.rule
        shares = [share for line in _ends(self.logs) for share in _SHARE.findall(line)]
        return " · ".join([said, *shares[-1:]])


class RunProgress(logging.Handler):
    """Tells how far the run is: in one line of a terminal, else in a line each ten seconds.

    Args:
        times_file: where times of rules are kept from run to run; beside it, what the time
            of this run went into.
        cores: jobs that measure take turns, others share so many.
        console: where it is told.
        dryrun: whether nothing is run; what is pending, and how long it took last time,
            is then told at the end.
        beside_log: Snakemake's own log is told on the same terminal, so no line stays there.
        expected: seconds of jobs by a pilot, for rules that have not run.
    """

    def __init__(
        self,
        times_file: Path,
        cores: int,
        console: Console,
        dryrun=lambda: False,
        beside_log: bool = False,
        expected: Path | None = None,
    ):
        super().__init__(logging.INFO)
        self.times_file, self.cores, self.console = times_file, max(1, cores), console
        self.dryrun = dryrun
        self.times = Times(
            (job_times.read(expected) if expected else {}) | job_times.read(times_file)
        )
        self.wanted: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.ended: list[JobTime] = []
        # The first of each kind: alike but for numbers.
        self.warnings: dict[str, str] = {}
        self._warned: Counter[str] = Counter()
        self._running: dict[int, Running] = {}
        in_place = console.is_terminal and not beside_log
        # Standard output stays what it is: `snakemake --summary > file`.
        self._live = (
            Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False)
            if in_place
            else None
        )
        self._over = threading.Event()

    def begin(self) -> None:
        """Tell from now on, also while one job runs long."""
        if self._live:
            self._live.start()
        threading.Thread(target=self._tell_on, daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """One record of Snakemake's log; those without an event are passed over."""
        said = vars(record)
        event = str(said.get("event", ""))
        if event == "run_info":
            self.wanted = Counter({k: n for k, n in said["stats"].items() if k not in TARGETS})
            if not self.dryrun() and self.wanted.total() > FEW:
                self.console.print(Text(self.outlook()), soft_wrap=True)
        elif event == "job_info":
            rule, message = said["rule_name"], said.get("rule_msg") or ""
            logs = [Path(log) for log in said.get("log") or []]
            self._running[said["jobid"]] = Running(rule, message, logs, time.monotonic())
        elif event == "job_finished" and not self.dryrun():
            self._ended(said["job_id"])
        elif event == "job_error":
            self._ended(said["jobid"], failed=True)

    def _ended(self, jobid: int, failed: bool = False) -> None:
        job = self._running.pop(jobid, None)
        if job is None or job.rule in TARGETS:
            return
        ended_s = time.monotonic()
        clocks_s = sum(clock_time.told(log) for log in job.logs)
        self.ended.append(JobTime(job.rule, job.began_s, ended_s, clocks_s, failed))
        if failed:
            said = [*_ends(job.logs), "it left no word"][0]
            told = ", ".join(map(str, job.logs))
            line = f"failed: {job.message or job.rule}: {said} ({told})"
            self.console.print(Text(line, style="red"), soft_wrap=True)
            return
        self.done[job.rule] += 1
        for line in (line for log in job.logs for line in _lines(log)):
            if line.startswith(WARNING):
                kind = re.sub(r"[\d.]+", "", line)
                self.warnings.setdefault(kind, line)
                self._warned[kind] += 1
        for line in _lines(job.logs[0])[-ANSWERS[job.rule] :] if job.rule in ANSWERS else ():
            self.console.print(Text(line), soft_wrap=True)
        self.times.add(job.rule, ended_s - job.began_s)

    def _tell_on(self) -> None:
        while not self._over.wait(DRAW_EVERY_S if self._live else TELL_EVERY_S):
            self.tell()

    def tell(self) -> None:
        """Show how far the run is."""
        with self.lock or threading.RLock():
            line = self.line()
        if self._live:
            self._live.update(line, refresh=True)
        else:
            self.console.print(line, soft_wrap=True)

    def line(self) -> Text:
        """Such as 'latency 5/24 · lstm ctc0.3, round 2 · 24 % · about 4 min left'."""
        if not self.wanted:
            return self._shown("finding out what is to be done")
        stages = [each for each in self._stages() if each[1] < each[2]]
        running = next(iter(self._running.values()), None)
        if running is not None:
            stages = [each for each in stages if each[0] == stage(running.rule)]
        parts = [f"{name} {done}/{wanted}" for name, done, wanted in stages[:1]]
        parts += [running.words()] if running is not None else []
        left = self.left_s()
        if parts and left is not None:
            parts.append(f"{spoken(left)} left")
        return self._shown(" · ".join(parts) or "all jobs done")

    def _shown(self, words: str) -> Text:
        in_place = self._live is not None
        return Text(words, style="bold cyan", no_wrap=in_place, overflow="ellipsis")

    def pending(self) -> list[str]:
        """For a dry run: a line a stage, with the time that its jobs took last time."""
        lines = []
        for name, done, wanted in self._stages():
            rules = [rule for rule in self.wanted if stage(rule) == name]
            # Rules beside those that a pilot knows, such as the gathering of shards, are short.
            known = [rule for rule in rules if self.times.of(rule) is not None]
            left = self._seconds({rule: self.wanted[rule] for rule in known}) if known else None
            jobs = f"{wanted - done} job" + "s" * (wanted - done != 1)
            took = "never run here" if left is None else f"{spoken(left)}, by times found here"
            lines.append(f"  {name}: {jobs}, {took}")
        return [*lines, self.outlook()] if lines else lines

    def outlook(self) -> str:
        """How long all that is to come will take, as far as that is known here."""
        wanted = self.wanted - self.done
        known = {rule: n for rule, n in wanted.items() if self.times.of(rule) is not None}
        unknown = list(dict.fromkeys(stage(rule) for rule in wanted if rule not in known))
        if unknown and any(rule.startswith("measure_") for rule in wanted if rule not in known):
            return "How long it will take is not known; snakemake pilot tells in about a minute."
        without = f", without {', '.join(unknown)}" if unknown else ""
        return f"In all {spoken(self._seconds(known) or 0.0)}{without}."

    def left_s(self) -> float | None:
        """Seconds; None where a rule that is to come has no time yet."""
        return self._seconds(self.wanted - self.done)

    def close(self) -> None:
        """Keep the times, and say what they went into and each warning; or what is pending."""
        if self._over.is_set():
            return
        self._over.set()
        if self._live:
            self._live.stop()
        if self.dryrun() and self.wanted:
            self.console.print("Pending:\n" + "\n".join(self.pending()), soft_wrap=True)
        elif self.ended and self.times_file.parent.is_dir():
            write_json(self.times.all(), self.times_file)
            parts = run_shares.parts(self.ended)
            told = {"share": run_shares.share(parts), "parts_s": parts}
            write_json(told, self.times_file.with_name(SHARES))
            self.console.print(Text(run_shares.line(parts)), soft_wrap=True)
        if any(job.failed for job in self.ended):
            self.console.print("Snakemake's log of this run is the newest in .snakemake/log")
        for kind, line in self.warnings.items():
            others = self._warned[kind] - 1
            more = f" (and {others} more like it, in {self.times_file.parent})" * bool(others)
            self.console.print(Text(line + more, style="yellow"), soft_wrap=True)
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
            each = self.times.of(rule)
            if each is None:
                return None
            if rule.startswith("measure_"):
                alone += count * each
            else:
                shared += count * each
        return alone + shared / self.cores


def _lines(log: Path) -> list[str]:
    """Lines of a job's log so far."""
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _ends(logs: list[Path]) -> list[str]:
    """The last line of each log that has one."""
    return [lines[-1] for log in logs if (lines := _lines(log))]
