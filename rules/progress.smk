"""How far the run is, told after each job; and after `-n`, what is pending.

Needs: nothing. Makes: results/logs/job_times.json.
"""

import atexit

from rich.console import Console
from snakemake.logging import logger
from snakemake_interface_executor_plugins.settings import ExecMode

from asrbench.workflow.run_progress import RunProgress

# Not in the processes that Snakemake starts for single jobs.
if workflow.exec_mode == ExecMode.DEFAULT:
    PROGRESS = RunProgress(
        Path("results/logs/job_times.json"),
        workflow.cores or os.cpu_count(),
        Console(stderr=True),
        # Known only when the run begins.
        lambda: workflow.dryrun,
    )
    logger.addHandler(PROGRESS)
    atexit.register(PROGRESS.close)
