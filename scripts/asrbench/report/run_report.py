"""Snakemake's own report of the run, which stands beside the page of results."""

import subprocess
import sys
from pathlib import Path

from asrbench.basics.errors import UserError


def write(snakefile: Path, study: Path, out: Path) -> None:
    """Write Snakemake's report of the run in the working directory, one HTML file.

    It only reads: no lock is taken and no handler of a run's start is called, so
    a run that is under way may ask for it.

    Args:
        snakefile: of the workflow.
        study: the study as it was resolved, which takes the place of what the run
            was given as configuration.

    Raises:
        UserError: with Snakemake's last words.
    """
    part = out.with_name(f"{out.stem}.part{out.suffix}")  # the ending says which kind it is
    command = [sys.executable, "-m", "snakemake", "all", "--snakefile", str(snakefile)]
    command += ["--configfile", str(study), "--report", str(part)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode or not part.exists():
        raise UserError(f"snakemake --report failed:\n{done.stdout[-3000:]}")
    part.replace(out)
