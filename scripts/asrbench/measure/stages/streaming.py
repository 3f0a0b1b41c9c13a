"""Speech that comes in piece by piece, utterance by utterance."""

import contextlib
from functools import partial

from asrbench.basics.errors import UserError
from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import guarded_measurement
from asrbench.measure import in_turn, latency, streaming
from asrbench.measure.in_turn import Jobs, Planned
from asrbench.measure.timing import Done, Process
from asrbench.sources import corpus


def measure(process: Process, jobs: Jobs) -> list[Done]:
    """See :mod:`asrbench.measure.stages`; decodings follow each other."""
    first, *others = jobs
    found = [_measured(process, first)]
    for other in others:
        with contextlib.suppress(UserError):  # its own job will say it
            found.append(_measured(process, other))
    return found


def _measured(process: Process, one: Planned) -> Done:
    out, job = one.rows, one.job
    measured = process.variant(job)
    sample = corpus.read(process.arguments.sample)[: job.max_utterances]
    takes = [
        latency.Take(
            {"utterance_id": row.utterance_id, "piece_s": piece_s},
            partial(measured.load, row.path),
        )
        for row in sample
        for piece_s in job.pieces_s or []
    ]
    order = latency.shuffled(takes, job.seed, process.arguments.round)
    strict = bool(process.arguments.strict)
    with (
        guarded_measurement.measuring(None, strict, on_gpu=job.on_gpu) as findings,
        Progress(f"streaming {measured}", len(order), "utterances") as progress,
    ):
        warm = process.is_open(job)
        recogniser, memory = process.recogniser(job), process.memory
        rows = RowFile(
            out,
            [*takes[0].names, *streaming.COLUMNS],
            in_turn.settings(one, measured.manifest),
            job.timeout_s,
        )
        attempts = process.attempts_of(rows)
        if not warm:
            latency.warm_up(recogniser, takes[: job.warm_up], attempts)
        progress.start_at(len(rows.found))
        streaming.time_all(recogniser, order, job.redecode_s, rows, progress.at, memory, attempts)
        findings |= {"made_by": measured.made_by(), "load_s": process.load_s[job.model]}
        findings |= {"recogniser": recogniser.facts(), "lookahead_s": recogniser.lookahead_s}
        findings["streams"] = recogniser.streams
        findings["declares_end"] = recogniser.declares_end
    return Done(rows, findings)
