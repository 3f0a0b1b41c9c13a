"""What YAML would misread in the study's configuration is refused before Snakemake reads it."""

import os
import sys
from pathlib import Path

sys.path.insert(0, os.path.join(workflow.basedir, "scripts"))

from asrbench.study import config as study_config
from asrbench.basics.errors import UserError

for file in [Path("config.yaml"), *workflow.configfiles]:
    try:
        if os.path.exists(file):
            study_config.read(file)
    except UserError as error:
        sys.exit(str(error))  # a WorkflowError would put our own file and line around it
