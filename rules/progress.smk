"""How far the run is, told as it goes; and after `-n`, what is pending.

Needs: nothing. Makes: results/logs/job_times.json, results/logs/run_shares.json.
"""

import atexit

from rich.console import Console
from snakemake.logging import logger

from asrbench.workflow import quiet_terminal
from asrbench.workflow.run_progress import RunProgress

# Not in the processes that Snakemake starts for single jobs.
if workflow.exec_mode == ExecMode.DEFAULT:
    PROGRESS = RunProgress(
        Path("results/logs/job_times.json"),
        workflow.cores or os.cpu_count(),
        Console(stderr=True),
        # Known only when the run begins.
        lambda: workflow.dryrun,
        beside_log=not QUIET,
        expected=Path(EXPECTED),
    )
    logger.addHandler(PROGRESS)
    atexit.register(PROGRESS.close)
    if QUIET:
        quiet_terminal.make(logger)
    if not workflow.output_settings.dryrun:
        PROGRESS.begin()
