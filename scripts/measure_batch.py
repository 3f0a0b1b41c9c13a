"""Time a model's forward pass (encoder and CTC head) against batch size, once.

Rows are written as they come: a run that was killed goes on at the next
batch when it is called again.
"""

import contextlib
import random

from asrbench.basics import errors
from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import cores, guarded_measurement, threads
from asrbench.measure import opened_variant
from asrbench.sources import corpus


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()

    measured = opened_variant.from_arguments(arguments)
    job = measured.job
    waveforms = [measured.load(path) for path in corpus.read_sample(arguments.sample)["path"]]
    cases = [(size, repeat) for size in job.sizes for repeat in range(job.repeats)]
    random.Random(f"{job.seed}/{arguments.round}").shuffle(cases)

    cores.choose(job.cores or "all")  # before torch is imported

    import torch
    from asrbench.engines.espnet import model as espnet_model
    from asrbench.measure import batch

    settings = job.plain() | {"made_by": measured.made_by()}
    rows = RowFile(arguments.out, batch.COLUMNS, settings, job.timeout_s)
    with (
        guarded_measurement.measuring(arguments.out, bool(arguments.strict)),
        Progress(f"batch {measured}", len(cases), "batches") as progress,
    ):
        torch.set_num_threads(threads.counted(job.threads))
        model = espnet_model.load_model(measured.manifest, job.axes["precision"])
        hop_length, rate_hz = espnet_model.front_end(model, job.model)
        measured.check_rate(rate_hz)
        with contextlib.suppress(errors.UserError), rows.attempts.at("the warm-up"):
            batch.warm_up(model, waveforms[0], job.warm_up)
        progress.start_at(len(rows.found))
        batch.sweep(model, hop_length, rate_hz, waveforms, cases, job.seed, rows, progress.at)
    rows.finish()


if __name__ == "__main__":
    errors.run(main)
