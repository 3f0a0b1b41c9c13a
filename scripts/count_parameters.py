"""Count a model's parameters: whole, by module, and as each way of decoding uses them."""

import argparse
import csv
from dataclasses import asdict, fields
from pathlib import Path

from asrbench.basics import errors
from asrbench.measure import opened_variant


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    opened_variant.add_arguments(parser)
    parser.add_argument("--out", required=True, help="the CSV of counts")
    arguments = parser.parse_args()

    counted = opened_variant.from_arguments(arguments)

    from asrbench.engines import parameters, precision, recogniser

    model = recogniser.load_model(counted.manifest)
    # Before quantisation, after which there are no parameters that could be counted.
    rows = parameters.count(model)
    if counted.job.axes["precision"] != "float32":
        rows = parameters.as_held(rows, precision.applied(model, counted.job.axes["precision"]))
    out = Path(arguments.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", newline="", encoding="utf-8") as file:
        names = [field.name for field in fields(parameters.Count)]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


if __name__ == "__main__":
    errors.run(main)
