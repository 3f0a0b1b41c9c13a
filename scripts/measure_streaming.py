"""Time one variant on speech that comes in piece by piece, once.

Rows are written as they come: a run that was killed goes on at the next
utterance when it is called again.
"""

import time

from asrbench.basics import errors
from asrbench.basics.progress import Progress
from asrbench.basics.resumable_csv import RowFile
from asrbench.device import guarded_measurement
from asrbench.measure import in_turn, latency, opened_variant, streaming
from asrbench.measure.peak_memory import PeakMemory
from asrbench.sources import corpus


def main() -> None:
    arguments = opened_variant.round_parser(__doc__, "the CSV of rows").parse_args()

    measured = opened_variant.from_arguments(arguments)
    job = measured.job
    paths = corpus.read_sample(arguments.sample).head(job.max_utterances)
    takes = [
        latency.Take(
            {"utterance_id": row.utterance_id, "piece_s": piece_s},
            lambda path=row.path: measured.load(path),
        )
        for row in paths.itertuples()
        for piece_s in job.pieces_s
    ]
    order = latency.shuffled(takes, job.seed, arguments.round)
    columns = [*takes[0].names, *streaming.COLUMNS]
    strict = bool(arguments.strict)
    with (
        guarded_measurement.measuring(arguments.out, strict, on_gpu=job.on_gpu) as findings,
        Progress(f"streaming {measured}", len(order), "utterances") as progress,
    ):
        began_s = time.perf_counter()
        recogniser = measured.recogniser()
        findings |= {"made_by": measured.made_by(), "load_s": time.perf_counter() - began_s}
        findings |= {"recogniser": recogniser.facts(), "lookahead_s": recogniser.lookahead_s}
        findings["streams"] = recogniser.streams
        memory = PeakMemory(recogniser.processor)
        rows = RowFile(arguments.out, columns, in_turn.settings(job), job.timeout_s)
        latency.warm_up(recogniser, takes[: job.warm_up], rows.attempts)
        progress.start_at(len(rows.found))
        streaming.time_all(recogniser, order, job.redecode_s, rows, progress.at, memory)
    rows.finish()


if __name__ == "__main__":
    errors.run(main)
