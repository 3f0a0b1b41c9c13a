"""One process that measures: from the command line to finished rows."""

import argparse
import contextlib
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from asrbench.basics.attempts import SUFFIX, Attempts
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import write_json
from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import cores, guarded_measurement, made_by
from asrbench.engines.interface import Recogniser
from asrbench.engines.processor import CPU, Processor
from asrbench.measure import in_turn, latency, opened_variant
from asrbench.measure.in_turn import IN_TURN_WITH, Jobs, Planned
from asrbench.measure.latency import Take, Timed
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.measure.peak_memory import PeakMemory
from asrbench.sources import manifest
from asrbench.study.job import Job

FIRST = "first_latency_s"


class Done(NamedTuple):
    """Rows that are whole and have no name yet, and what was found of the device."""

    rows: RowFile
    findings: dict[str, Any]


def run(
    stage: str, measure: "Callable[[Process, Jobs], list[Done]]", arguments: argparse.Namespace
) -> None:
    """Do one job, and in the same process those of the run that can share it.

    Rows are on the disk as they come; a run that was killed goes on with the next row when
    it is called again. Other jobs of the stage are timed in turn, and other stages of the build
    after them; see :mod:`asrbench.measure.in_turn`.

    Args:
        stage: of the job, as the run's plan calls it.
        measure: of the stage; see :mod:`asrbench.measure.stages`.
        arguments: ``job``, ``manifest``, ``sample``, ``out``, ``round``, ``strict``, ``planned``.
    """
    process = Process(arguments)
    job, out, planned = process.job, arguments.out, arguments.planned
    jobs = [in_turn.own(arguments), *in_turn.partners(planned, stage, out, job)]
    own, *others = measure(process, jobs)
    for other, its in in_turn.other_stages(planned, stage, out, job).items():
        with contextlib.suppress(UserError):  # their own jobs will say it
            # By its name: an edit of another stage does not measure this one again.
            others += import_module(f"asrbench.measure.stages.{other}").measure(process, its)
    for done in others:
        done.rows.leave(done.findings)
    write_json(own.findings, made_by.findings_of(out))
    # Last: as long as the job has its rows to finish, it is known what a process died at.
    own.rows.finish()


class Process:
    """What jobs of one process share: the files of builds, and what of them is loaded.

    Args:
        arguments: of the job that began it.

    Attributes:
        load_s: of each build, seconds that loading its first model took.
    """

    def __init__(self, arguments: argparse.Namespace):
        self.arguments = arguments
        self._first = opened_variant.from_arguments(arguments)
        self._manifests = {self.job.model: self._first.manifest}
        self._opened: dict[tuple[str, str], Recogniser] = {}
        self.load_s: dict[str, float] = {}
        self._memory: PeakMemory | None = None
        self._attempts: Attempts | None = None

    @property
    def job(self) -> Job:
        """The job that began it."""
        return self._first.job

    def variant(self, job: Job) -> OpenedVariant:
        """A job of a build whose files are known, with them."""
        return OpenedVariant(job, self._manifests[job.model])

    def _beside(self, job: Job) -> Recogniser | None:
        """A loaded recogniser of the job's build; None before there is one."""
        return next((it for (model, _), it in self._opened.items() if model == job.model), None)

    def model(self, job: Job):
        """The loaded model of an engine whose model can be used by itself; None before that."""
        beside = self._beside(job)
        return beside and beside.model

    @property
    def processor(self) -> Processor | None:
        """What the loaded models compute on; None before that."""
        return next((each.processor for each in self._opened.values()), None)

    @property
    def memory(self) -> PeakMemory:
        """Of the process: asked for once models are loaded, before anything is decoded."""
        self._memory = self._memory or PeakMemory(self.processor or CPU, alone=self.holds_one)
        return self._memory

    @property
    def holds_one(self) -> bool:
        """Whether one build alone is loaded: of several, memory and loading are mixed."""
        return len(self.load_s) == 1

    def attempts_of(self, rows: RowFile) -> Attempts:
        """Those of the first rows, by which whoever outlives the process knows what it died at."""
        self._attempts = self._attempts or rows.attempts
        return self._attempts

    def in_turn(
        self, stage: str, jobs: Jobs, takes_of: Callable[[Recogniser], list[Take]]
    ) -> list[Done]:
        """Load and warm up what is not, and time every take once a pass, with each job in turn.

        Args:
            takes_of: gives the takes, of which the first warm a model up, for the recogniser
                that will decode them.

        Raises:
            UserError: the first of the jobs cannot be done. Others are left out.
        """
        first = jobs[0].job
        strict = bool(self.arguments.strict)
        with guarded_measurement.measuring(None, strict, on_gpu=first.on_gpu) as findings:
            warm = set(self._opened)
            opened = self._all_opened(jobs)
            memory, takes = self.memory, takes_of(opened[0][1])
            order = latency.shuffled(takes, first.seed, self.arguments.round, first.passes)
            columns = [*order[0].names, *latency.TIMED_COLUMNS]
            timed = [
                Timed(
                    it,
                    RowFile(
                        of.rows,
                        columns,
                        in_turn.settings(of, self.variant(of.job).manifest),
                        of.job.timeout_s,
                    ),
                )
                for of, it in opened
            ]
            attempts = self.attempts_of(timed[0].rows)
            own = [
                {
                    FIRST: None
                    if _key(of.job) in warm
                    else latency.warm_up(recogniser, takes[: of.job.warm_up], attempts),
                    "load_s": self.load_s[of.job.model],
                    "recogniser": recogniser.facts(),
                    "made_by": self.variant(of.job).made_by(),
                }
                for of, recogniser in opened
            ]
            beside = f" and {len(timed) - 1} more in turn" if len(timed) > 1 else ""
            with Progress(f"{stage} {first}{beside}", len(order), "inputs") as progress:
                progress.start_at(min(len(each.rows.found) for each in timed))
                latency.time_in_turn(timed, order, progress.at, memory, attempts)
        if not self.holds_one:
            own = [its | dict.fromkeys((FIRST, "load_s")) for its in own]
        names = [str(of.job) for of, _ in opened]
        return [
            Done(each.rows, findings | its | {IN_TURN_WITH: [one for one in names if one != name]})
            for name, each, its in zip(names, timed, own, strict=True)
        ]

    def _all_opened(self, jobs: Jobs) -> list[tuple[Planned, Recogniser]]:
        """The first job with its recogniser, and each other one that can be opened."""
        first, *others = jobs
        found = [(first, self.recogniser(first.job))]
        # What the process dies at here is not tried again; it is nothing of the first job's.
        attempts = Attempts(f"{first.rows}.beside.part{SUFFIX}")
        for other in others:
            # Whatever it is, its own job will say it.
            with contextlib.suppress(Exception), attempts.at(f"loading {other.job}"):
                if self._beside(other.job) or self._has_room(other):
                    found.append((other, self.recogniser(other.job)))
        return found

    def _has_room(self, other: Planned) -> bool:
        """Whether another build can be loaded as well; its files are then known.

        As much as it takes by itself must be free twice: the others decode beside it.
        """
        if 2 * other.peak_bytes() > cores.free_memory_bytes():
            return False
        self._manifests[other.job.model] = manifest.load(other.manifest)
        return True

    def is_open(self, job: Job) -> bool:
        """Whether the recogniser of a job is loaded and warm."""
        return _key(job) in self._opened

    def recogniser(self, job: Job) -> Recogniser:
        """That of a job, loaded where it is not.

        Raises:
            UserError: it cannot be.
        """
        if not self.is_open(job):
            beside = self._beside(job)
            began_s = time.perf_counter()
            opened = self._opened[_key(job)] = self.variant(job).recogniser(beside=beside)
            self.load_s.setdefault(job.model, opened.processor.now_s() - began_s)
        return self._opened[_key(job)]


def _key(job: Job) -> tuple[str, str]:
    return job.model, str(job.variant)
