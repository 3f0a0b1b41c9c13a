"""Snakemake's report of the run inside our page, as one file."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from asrbench.basics.errors import UserError

_END = "</body>"


def run_report(snakefile: Path, study: Path) -> str:
    """Snakemake's report of the run in the working directory.

    It only reads: no lock is taken and no handler of a run's start is called, so
    a run that is under way may ask for it.

    Args:
        snakefile: of the workflow.
        study: the study as it was resolved, which takes the place of what the run
            was given as configuration.

    Raises:
        UserError: with Snakemake's last words.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "run.html"
        command = [sys.executable, "-m", "snakemake", "all", "--snakefile", str(snakefile)]
        command += ["--configfile", str(study), "--report", str(page)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode or not page.exists():
            raise UserError(f"snakemake --report failed:\n{done.stdout[-3000:]}")
        return page.read_text(encoding="utf-8")


def embed(page: str, run: str) -> str:
    """The page with a second one in it, which its own script shows in a frame."""
    held = json.dumps(run, ensure_ascii=False).replace("<", "\\u003c")
    before, end, after = page.rpartition(_END)
    if not end:
        raise UserError("the page of the report has no end; remove it, and it is made again")
    # The page's script looks for it, so it stands before that.
    start = before.rindex("<script>")
    script = f'<script type="application/json" id="run-report">{held}</script>\n'
    return f"{before[:start]}{script}{before[start:]}{end}{after}"
