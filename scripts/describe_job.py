"""Print what a job is to do, as the measuring programs take it with --job.

The workflow gives each program the same text: with it one measurement can be made by hand.
"""

import argparse
import json
from pathlib import Path

from asrbench.basics import errors
from asrbench.study import config, describe_job


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    stages = (*describe_job.STAGES, *describe_job.STAGES_OF_BUILD)
    add = parser.add_argument
    add("--config", type=Path, default=Path("config.yaml"), help="the study [%(default)s]")
    add("--stage", required=True, choices=stages, help="the measurement")
    add("--model", required=True, help="the build's name in paths, such as conformer-fast")
    add("--variant", help="the decoding's name in paths, such as ctc0.3")
    arguments = parser.parse_args()
    study = config.load(arguments.config)
    if arguments.stage in describe_job.STAGES and arguments.variant is None:
        parser.error(f"--stage {arguments.stage} needs a --variant")
    print(json.dumps(describe_job.of(study, arguments.stage, arguments.model, arguments.variant)))


if __name__ == "__main__":
    errors.run(main)
