"""One process that measures a build: from the command line to finished rows."""

import argparse
import contextlib
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from asrbench.basics.attempts import Attempts
from asrbench.basics.errors import UserError
from asrbench.basics.json_file import write_json
from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import guarded_measurement, made_by
from asrbench.engines.interface import Recogniser
from asrbench.engines.processor import CPU, Processor
from asrbench.measure import in_turn, latency, opened_variant
from asrbench.measure.in_turn import IN_TURN_WITH, Jobs
from asrbench.measure.latency import Take, Timed
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.measure.peak_memory import PeakMemory
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
    it is called again. Other decodings of the same build are timed in turn, and other
    stages after them; see :mod:`asrbench.measure.in_turn`.

    Args:
        stage: of the job, as the run's plan calls it.
        measure: of the stage; see :mod:`asrbench.measure.stages`.
        arguments: ``job``, ``manifest``, ``sample``, ``out``, ``round``, ``strict``, ``planned``.
    """
    process = Process(arguments)
    job, out, planned = process.job, arguments.out, arguments.planned
    own, *others = measure(process, [(out, job), *in_turn.partners(planned, stage, out, job)])
    for other, jobs in in_turn.other_stages(planned, stage, out, job).items():
        with contextlib.suppress(UserError):  # their own jobs will say it
            # By its name: an edit of another stage does not measure this one again.
            others += import_module(f"asrbench.measure.stages.{other}").measure(process, jobs)
    for done in others:
        done.rows.leave(done.findings)
    write_json(own.findings, made_by.findings_of(out))
    # Last: as long as the job has its rows to finish, it is known what a process died at.
    own.rows.finish()


class Process:
    """What jobs of one build share: its files, and what of it is loaded.

    Args:
        arguments: of the job that began it.

    Attributes:
        load_s: seconds that loading the first model took; 0 before that.
    """

    def __init__(self, arguments: argparse.Namespace):
        self.arguments = arguments
        self._first = opened_variant.from_arguments(arguments)
        self._opened: dict[str, Recogniser] = {}
        self.load_s = 0.0
        self._memory: PeakMemory | None = None
        self._attempts: Attempts | None = None

    @property
    def job(self) -> Job:
        """The job that began it."""
        return self._first.job

    def variant(self, job: Job) -> OpenedVariant:
        """A job of the build, with the build's files."""
        return OpenedVariant(job, self._first.manifest)

    @property
    def model(self):
        """The loaded model of an engine whose model can be used by itself; None before that."""
        return next((each.model for each in self._opened.values()), None)

    @property
    def processor(self) -> Processor | None:
        """What the loaded models compute on; None before that."""
        return next((each.processor for each in self._opened.values()), None)

    @property
    def memory(self) -> PeakMemory:
        """Of the process: asked for once models are loaded, before anything is decoded."""
        self._memory = self._memory or PeakMemory(self.processor or CPU)
        return self._memory

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
        first = jobs[0][1]
        strict = bool(self.arguments.strict)
        with guarded_measurement.measuring(None, strict, on_gpu=first.on_gpu) as findings:
            warm = set(self._opened)
            opened, memory = self._all_opened(jobs), self.memory
            takes = takes_of(opened[0][2])
            order = latency.shuffled(takes, first.seed, self.arguments.round, first.passes)
            columns = [*order[0].names, *latency.TIMED_COLUMNS]
            timed = [
                Timed(recogniser, RowFile(out, columns, in_turn.settings(job), job.timeout_s))
                for out, job, recogniser in opened
            ]
            attempts = self.attempts_of(timed[0].rows)
            own = [
                {
                    FIRST: None
                    if str(job.variant) in warm
                    else latency.warm_up(recogniser, takes[: job.warm_up], attempts),
                    "recogniser": recogniser.facts(),
                }
                for _, job, recogniser in opened
            ]
            with Progress(f"{stage} {first}", len(order), "inputs") as progress:
                progress.start_at(min(len(each.rows.found) for each in timed))
                latency.time_in_turn(timed, order, progress.at, memory, attempts)
            findings |= {"made_by": self._first.made_by(), "load_s": self.load_s}
        names = [str(job.variant) for _, job, _ in opened]
        return [
            Done(each.rows, findings | its | {IN_TURN_WITH: [one for one in names if one != name]})
            for name, each, its in zip(names, timed, own, strict=True)
        ]

    def _all_opened(self, jobs: Jobs) -> list[tuple[str, Job, Recogniser]]:
        """Rows, job and recogniser of the first job, and of each other one that can be opened."""
        (out, job), *others = jobs
        found = [(out, job, self.recogniser(job))]
        for out, job in others:
            with contextlib.suppress(UserError):  # its own job will say it
                found.append((out, job, self.recogniser(job)))
        return found

    def is_open(self, job: Job) -> bool:
        """Whether the recogniser of a job is loaded and warm."""
        return str(job.variant) in self._opened

    def recogniser(self, job: Job) -> Recogniser:
        """That of a job, loaded where it is not.

        Raises:
            UserError: it cannot be.
        """
        name = str(job.variant)
        if name not in self._opened:
            beside = next(iter(self._opened.values()), None)
            began_s = time.perf_counter()
            opened = self._opened[name] = self.variant(job).recogniser(beside=beside)
            self.load_s = self.load_s or opened.processor.now_s() - began_s
        return self._opened[name]
