"""Write the configuration's JSON schema, for editors that complete and check YAML."""

import argparse
import json
from pathlib import Path

from asrbench.basics import errors
from asrbench.study import config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="schemas/config.schema.json", help="[%(default)s]")
    arguments = parser.parse_args()
    schema = json.dumps(config.Study.model_json_schema(), indent=2)
    Path(arguments.out).write_text(schema + "\n", encoding="utf-8")


if __name__ == "__main__":
    errors.run(main)
