"""Print what a job is to do, as the measuring programs take it with --job.

The workflow gives each program the same text: with it one measurement can be made by hand.
"""

import argparse
import json
from pathlib import Path

from asrbench.basics import errors
from asrbench.basics.errors import UserError
from asrbench.study import config, describe_job


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    stages = (*describe_job.STAGES, *describe_job.STAGES_OF_MODEL)
    add = parser.add_argument
    add("--config", type=Path, default=Path("config.yaml"), help="the study [%(default)s]")
    add("--stage", required=True, choices=stages, help="the measurement")
    add("--model", required=True, help="the model's name in the configuration")
    add("--ctc-weight", help="share of the CTC score, 0 to 1")
    arguments = parser.parse_args()
    study = config.load(arguments.config)
    variant = [study.model(arguments.model).name]
    if arguments.stage in describe_job.STAGES:
        if arguments.ctc_weight is None:
            parser.error(f"--stage {arguments.stage} needs a --ctc-weight")
        try:
            variant.append(config.weight_text(arguments.ctc_weight))
        except ValueError as error:
            raise UserError(f"--ctc-weight: {arguments.ctc_weight!r} {error}") from None
    print(json.dumps(getattr(describe_job, arguments.stage)(study, *variant)))


if __name__ == "__main__":
    errors.run(main)
