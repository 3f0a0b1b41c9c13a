"""The virtual clock against a run at the pace of speech: the same utterances, in turn.

    python bench/streaming_pace.py --config demo/config.yaml --model streaming-demo

Each utterance is heard once on the virtual clock and once piece by piece as it would be spoken.
What a person waits for after the end of speech (final_s) should be the same, within 5 %, for a
recogniser that keeps up.
"""

import argparse
import os
import statistics
import sys
from pathlib import Path

from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from asrbench.basics import errors
from asrbench.measure import latency, speech_bounds, streaming
from asrbench.measure.opened_variant import OpenedVariant
from asrbench.sources import corpus, manifest
from asrbench.study import config, describe_job
from asrbench.study.job import Job

AIM = 0.05


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="of a study whose sample is drawn")
    parser.add_argument("--folder", type=Path, default=Path(), help="where it was run [.]")
    parser.add_argument("--model", required=True, help="name of the build")
    parser.add_argument("--variant", help="its decoding, as in paths [the first]")
    parser.add_argument("--piece-s", type=float, default=0.32, help="[%(default)s]")
    parser.add_argument("--utterances", type=int, default=10, help="[%(default)s]")
    arguments = parser.parse_args()

    study = config.load(arguments.config)
    os.chdir(arguments.folder)  # from which manifests and samples name their files
    variant = study.variants(arguments.model)[0]
    if arguments.variant:
        variant = study.variant(arguments.model, arguments.variant)
    job = Job(**describe_job.streaming(study, variant))
    folder = Path("resources/models") / variant.build.checkpoint
    opened = OpenedVariant(job, manifest.load(folder / "model.json"))
    recogniser = opened.recogniser()
    rows, ratios = [], []
    sample = corpus.read(Path("results/data/sample.csv"))
    takes = [
        latency.Take({"utterance_id": row.utterance_id}, lambda path=row.path: opened.load(path))
        for row in sample[: arguments.utterances]
    ]
    recogniser.transcribe(takes[0].load())  # warm
    for take in takes:
        waveform, rate_hz = take.load(), recogniser.sample_rate_hz
        _begins_s, ends_s = speech_bounds.bounds_s(waveform, rate_hz)
        final_s = [
            streaming.hear(
                streaming.session(recogniser, job.redecode_s),
                waveform,
                rate_hz,
                arguments.piece_s,
                paced,
            ).end_s
            - ends_s
            for paced in (False, True)
        ]
        ratios.append(final_s[1] / final_s[0])
        rows.append([take.names["utterance_id"], *final_s, ratios[-1]])
    print(
        tabulate(rows, ["utterance", "virtual, final_s", "paced, final_s", "ratio"], floatfmt=".3f")
    )
    middle = statistics.median(ratios)
    print(f"{variant}: paced over virtual {middle:.3f} (median of {len(ratios)}; aim 1 ± {AIM})")
    return 0 if abs(middle - 1) <= AIM else 1


if __name__ == "__main__":
    errors.run(main)
