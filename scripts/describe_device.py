"""Write what the measurements run on: board, CPU, memory, kernel, governor, versions, commit."""

import argparse
import json
from pathlib import Path

from asrbench.basics import errors
from asrbench.device import description as device


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True, help="the resolved configuration")
    parser.add_argument("--out", default="results/device.json", help="[%(default)s]")
    arguments = parser.parse_args()

    out = Path(arguments.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    found = device.describe(Path(arguments.config))
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    errors.run(main)
