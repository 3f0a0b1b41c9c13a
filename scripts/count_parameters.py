"""Count a model's parameters: whole, by module, and as each way of decoding uses them."""

from pathlib import Path

import pandas as pd
from asrbench.basics import errors
from asrbench.engines import catalogue
from asrbench.measure import opened_variant


def main() -> None:
    parser = opened_variant.parser(__doc__)
    parser.add_argument("--out", required=True, help="the CSV of counts")
    arguments = parser.parse_args()

    counted = opened_variant.from_arguments(arguments)

    rows = catalogue.parameters(counted.engine).counted(counted.manifest, counted.job)
    Path(arguments.out).parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(arguments.out, index=False, lineterminator="\n")


if __name__ == "__main__":
    errors.run(main)
