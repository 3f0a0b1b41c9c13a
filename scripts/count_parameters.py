"""Count a model's parameters: whole, by module, and as each way of decoding uses them.

With --compute also its multiply-adds for a second of audio, by part, where its engine counts them.
"""

import csv
import multiprocessing
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from asrbench.basics import errors
from asrbench.basics.run_plan import RunPlan
from asrbench.engines import catalogue
from asrbench.measure import opened_variant
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.sources import manifest
from asrbench.study.job import Job
from asrbench.workflow import made_together

# What a second of read English has of each kind of token, where the study does not say.
TOKENS_PER_SECOND = {"char": 14.0, "bpe": 3.0, "word": 3.0}


def main() -> int:
    parser = opened_variant.parser(__doc__)
    parser.add_argument("--out", required=True, type=Path, help="the CSV of counts")
    parser.add_argument("--compute", type=Path, help="the CSV of multiply-adds [none]")
    parser.add_argument("--planned", type=Path, help="what a run is to count: others are too")
    arguments = parser.parse_args()

    counted = opened_variant.from_arguments(arguments)
    outputs = [arguments.out] if arguments.compute is None else [arguments.compute, arguments.out]
    try:
        made_together.make(
            arguments.planned,
            "count_model",
            counted.job.model,
            outputs,
            lambda: _maker(counted, arguments.planned),
        )
    except _Ended as ended:
        if ended.status > 128:  # any other end has said why
            errors.warn(f"the count of {counted.job.model} was killed (out of memory?)")
        return ended.status
    return 0


class _Ended(Exception):
    """The process that counted a model ended, and said why."""

    def __init__(self, status: int):
        self.status = status


def _maker(own: OpenedVariant, planned: Path | None) -> made_together.Maker:
    """Counts each model in a process of its own, which a model may be too large for.

    They are forks of this one, which has imported what all of an engine need and run nothing.
    """
    catalogue.parameters(own.engine)
    context = multiprocessing.get_context("fork")

    def make(name: str, outputs: Sequence[Path]) -> str:
        asked, quiet = own, name != own.job.model
        if quiet and planned is not None:
            told = RunPlan(planned).kinds["count_model"][name]
            asked = OpenedVariant(Job(**told["job"]), manifest.load(told["manifest"]))
        process = context.Process(target=_count, args=(asked, outputs, quiet))
        process.start()
        process.join()
        if process.exitcode:
            raise _Ended(process.exitcode if process.exitcode > 0 else 128 - process.exitcode)
        return f"{name}: parameters and multiply-adds are counted"

    return make


def _count(asked: OpenedVariant, outputs: Sequence[Path], quiet: bool) -> None:
    with open(os.devnull, "w") as nowhere:
        if quiet:  # its own job will say what is wrong
            sys.stderr = nowhere
        errors.run(lambda: _write_all(asked, outputs))


def _write_all(asked: OpenedVariant, outputs: Sequence[Path]) -> None:
    module, job, counts = catalogue.parameters(asked.engine), asked.job, outputs[-1]
    if len(outputs) == 1:
        _write(counts, module.counted(asked.manifest, job))
        return
    rate = job.tokens_per_second or TOKENS_PER_SECOND.get(asked.manifest.token_type(), 3.0)
    rows, compute = module.counted_with_compute(asked.manifest, job, rate)
    _write(outputs[0], compute)
    _write(counts, rows)


def _write(path: Path, rows: Sequence[Any]) -> None:
    """Whole or not at all: another process may be making a table of what is there."""
    part = Path(f"{path}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("w", encoding="utf-8", newline="") as file:
        plain = [asdict(row) for row in rows]
        writer = csv.DictWriter(file, plain[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(plain)
    part.replace(path)


if __name__ == "__main__":
    errors.run(main)
