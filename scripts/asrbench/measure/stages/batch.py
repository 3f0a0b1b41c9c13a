"""The forward pass of a build (front end, encoder, CTC head) against batch size."""

import contextlib
import random

from asrbench.basics.errors import UserError
from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import cores, guarded_measurement, threads
from asrbench.measure import in_turn
from asrbench.measure.in_turn import Jobs
from asrbench.measure.timing import Done, Process
from asrbench.sources import corpus


def measure(process: Process, jobs: Jobs) -> list[Done]:
    """See :mod:`asrbench.measure.stages`; a build has one job of a round."""
    [only] = jobs
    out, job = only.rows, only.job
    measured = process.variant(job)
    waveforms = [
        measured.load(utterance.path) for utterance in corpus.read(process.arguments.sample)
    ]
    cases = [(size, repeat) for size in job.sizes or [] for repeat in range(job.repeats or 0)]
    random.Random(f"{job.seed}/{process.arguments.round}").shuffle(cases)

    cores.choose(job.cores or "all")  # before torch is imported

    import torch

    from asrbench.engines import processor
    from asrbench.engines.espnet import front_end
    from asrbench.engines.espnet import model as espnet_model
    from asrbench.measure import batch

    strict = bool(process.arguments.strict)
    with (
        guarded_measurement.measuring(None, strict, on_gpu=job.on_gpu) as findings,
        Progress(f"batch {measured}", len(cases), "batches") as progress,
    ):
        findings |= {"made_by": measured.made_by()}
        torch.set_num_threads(threads.counted(job.threads or "all"))
        asked = job.axes or {}
        where = process.processor or processor.of(asked, processor.TorchGpu)
        model = process.model(job) or espnet_model.load_model(
            measured.manifest, str(asked["precision"]), where.torch_device
        )
        findings["recogniser"] = where.facts()
        front = front_end.of(model, measured.manifest)
        measured.check_rate(front.rate_hz)
        rows = RowFile(out, batch.COLUMNS, in_turn.settings(only, measured.manifest), job.timeout_s)
        attempts = process.attempts_of(rows)
        with contextlib.suppress(UserError), attempts.at(f"the warm-up of {out}"):
            batch.warm_up(model, waveforms[0], job.warm_up, where)
        progress.start_at(len(rows.found))
        sweep = (waveforms, cases, job.seed, rows, progress.at)
        batch.sweep(model, front, *sweep, attempts, where)
    return [Done(rows, findings)]
