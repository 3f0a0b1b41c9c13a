"""Count a model's multiply-adds for a second of audio, by part."""

import argparse
import csv
from dataclasses import asdict, fields
from pathlib import Path

from asrbench.basics import errors
from asrbench.measure import opened_variant

# What a second of read English has of each kind of token, where the study does not say.
TOKENS_PER_SECOND = {"char": 14.0, "bpe": 3.0, "word": 3.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    opened_variant.add_arguments(parser)
    parser.add_argument("--out", required=True, help="the CSV of counts")
    arguments = parser.parse_args()

    counted = opened_variant.from_arguments(arguments)

    from asrbench.engines import compute, recogniser

    model = recogniser.load_model(counted.manifest)
    _hop_length, rate_hz = recogniser.front_end(model, counted.job.model)
    kind = counted.manifest.token_type()
    rate = counted.job.tokens_per_second or TOKENS_PER_SECOND.get(kind, 3.0)
    out = Path(arguments.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", newline="", encoding="utf-8") as file:
        names = [field.name for field in fields(compute.Part)]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(part) for part in compute.count(model, rate_hz, rate))


if __name__ == "__main__":
    errors.run(main)
