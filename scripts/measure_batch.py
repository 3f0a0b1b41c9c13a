"""Time a model's forward pass (encoder and CTC head) against batch size, once.

Rows are written as they come: a run that was killed goes on at the next
batch when it is called again.
"""

import argparse
import random

from asrbench import checked, corpus, errors, relevant, threads, variant
from asrbench.progress import Progress
from asrbench.rows import RowFile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    variant.add_arguments(parser, with_ctc_weight=False)
    variant.add_round_arguments(parser, "the CSV of rows")
    arguments = parser.parse_args()

    measured = variant.from_arguments(arguments)
    study = measured.study
    sweep = study.sweeps.batch
    waveforms = [measured.load(path) for path in corpus.read_sample(arguments.sample)["path"]]
    cases = [(size, repeat) for size in sweep.sizes for repeat in range(sweep.repeats)]
    random.Random(f"{study.latency.seed}/{arguments.round}").shuffle(cases)

    from asrbench import batch, recogniser

    rows = RowFile(arguments.out, batch.COLUMNS, relevant.batch(study, measured.model.name))
    with (
        checked.measuring(arguments.out, study.checks.strict),
        Progress(f"batch {measured}", len(cases), "batches") as progress,
    ):
        threads.use(study.decoding.threads)
        model = recogniser.load_model(measured.manifest)
        hop_length, rate_hz = recogniser.front_end(model, measured.model.name)
        measured.check_rate(rate_hz)
        for _ in range(study.latency.warm_up):
            batch.time_forward(model, *batch.pad(waveforms[:1]))
        progress.start_at(len(rows.found))
        seed = study.latency.seed
        batch.sweep(model, hop_length, rate_hz, waveforms, cases, seed, rows, progress.at)
    rows.finish()


if __name__ == "__main__":
    errors.run(main)
