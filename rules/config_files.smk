"""What YAML would misread in the study's configuration is refused before Snakemake reads it."""

import os
import platform
import sys
from pathlib import Path

if platform.system() != "Linux":
    sys.exit(f"Linux is needed, and this is {platform.system()}: docs/devices.md has a container")

# Of these rules, also where another workflow uses them as a module.
PROJECT = os.path.dirname(workflow.current_basedir.get_path_or_uri(secret_free=True))
sys.path.insert(0, os.path.join(PROJECT, "scripts"))

from asrbench.study import config as study_config
from asrbench.basics.errors import UserError

for file in [Path("config.yaml"), *workflow.configfiles]:
    try:
        if os.path.exists(file):
            study_config.read(file)
    except UserError as error:
        sys.exit(str(error))  # a WorkflowError would put our own file and line around it
