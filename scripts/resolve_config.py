"""Write the configuration as it is used: checked, with every default filled in."""

import argparse
from pathlib import Path

from asrbench import config, errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True, help="a configuration, as YAML or JSON")
    parser.add_argument("--out", required=True, help="the resolved configuration, as JSON")
    arguments = parser.parse_args()

    study = config.load(arguments.config)
    out = Path(arguments.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(study.model_dump_json(indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    errors.run(main)
