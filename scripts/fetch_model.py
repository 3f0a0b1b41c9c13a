"""Bring one model onto the disk: from a folder, a packed zip, an address, the zoo or the hub.

Writes the manifest model.json; configuration and unpacked files go beside it.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.engines import catalogue
from asrbench.sources import model_source
from asrbench.study import config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", required=True, help="the study's configuration")
    parser.add_argument("--model", required=True, help="the model's name in the configuration")
    parser.add_argument("--out", help="the manifest [resources/models/<model>/model.json]")
    arguments = parser.parse_args()

    model = config.load(arguments.config).model(arguments.model)
    out = Path(arguments.out or Path("resources/models") / model.name / "model.json")
    located = catalogue.located(model.engine)
    manifest = model_source.fetch(model, out, located)
    print(f"model {model.name}: {manifest['kind']} {manifest['source']} ({out})")


if __name__ == "__main__":
    errors.run(main)
