"""What YAML would misread in the study's configuration is refused before Snakemake reads it."""

import os
import platform
import sys
from pathlib import Path

from snakemake_interface_executor_plugins.settings import ExecMode

if platform.system() != "Linux":
    sys.exit(f"Linux is needed, and this is {platform.system()}: docs/devices.md has a container")

# Of these rules, also where another workflow uses them as a module.
PROJECT = os.path.dirname(workflow.current_basedir.get_path_or_uri(secret_free=True))
sys.path.insert(0, os.path.join(PROJECT, "scripts"))

from asrbench.basics.errors import UserError
from asrbench.study import config as study_config
from asrbench.workflow import accounts

# Not in the processes that Snakemake starts for single jobs.
if workflow.exec_mode == ExecMode.DEFAULT:
    try:
        accounts.give_up_root(workflow.overwrite_workdir, workflow.sourcecache.cache_path)
        if not workflow.output_settings.dryrun:
            accounts.check_ours()
    except UserError as error:
        sys.exit(str(error))

for file in [Path("config.yaml"), *workflow.configfiles]:
    try:
        if os.path.exists(file):
            study_config.read(file)
    except UserError as error:
        sys.exit(str(error))  # a WorkflowError would put our own file and line around it
