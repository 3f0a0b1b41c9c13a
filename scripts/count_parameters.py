"""Count a model's parameters: whole, by module, and as each way of decoding uses them.

With --compute also its multiply-adds for a second of audio, by part, which ESPnet's models have.
"""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from asrbench.basics import errors
from asrbench.engines import catalogue
from asrbench.measure import opened_variant

# What a second of read English has of each kind of token, where the study does not say.
TOKENS_PER_SECOND = {"char": 14.0, "bpe": 3.0, "word": 3.0}


def main() -> None:
    parser = opened_variant.parser(__doc__)
    parser.add_argument("--out", required=True, help="the CSV of counts")
    parser.add_argument("--compute", help="the CSV of multiply-adds [none]")
    arguments = parser.parse_args()

    counted = opened_variant.from_arguments(arguments)
    module = catalogue.parameters(counted.engine)
    if arguments.compute is None:
        _write(arguments.out, module.counted(counted.manifest, counted.job))
        return
    job = counted.job
    rate = TOKENS_PER_SECOND.get(counted.manifest.token_type(), 3.0)
    rows, compute = module.counted_with_compute(
        counted.manifest, job, job.tokens_per_second or rate
    )
    _write(arguments.compute, compute)
    _write(arguments.out, rows)


def _write(path: str, rows: Sequence[Any]) -> None:
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
