"""A copy of the project and a study in it, for tests that run Snakemake."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ["Snakefile", "rules", "scripts", "profiles", "report", "envs"]


@dataclass(frozen=True)
class Job:
    """One file that a run would make, and the rule that makes it."""

    rule: str
    output: str


class Study:
    """A copy of the workflow's sources, and the folder of a study that it runs.

    Args:
        folder: where both are made.
        config: the study's configuration.
    """

    def __init__(self, folder: Path, config: dict):
        self.project = folder / "project"
        self.folder = folder / "study"
        self.folder.mkdir(parents=True)
        for name in SOURCES:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(
                    source, self.project / name, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                self.project.mkdir(exist_ok=True)
                shutil.copy2(source, self.project / name)
        self.write_config(config)

    def write_config(self, config: dict) -> None:
        """Give the study another configuration."""
        self.config = config
        (self.folder / "config.yaml").write_text(yaml.safe_dump(config))

    def snakemake(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run Snakemake in the study's folder; its output is in the answer's stdout."""
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--directory", str(self.folder), *arguments],
            cwd=self.project,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if check:
            assert done.returncode == 0, done.stdout[-6000:]
        return done

    def planned(self, *targets: str) -> list[Job]:
        """The files that a run would make, by the summary of what each file waits for."""
        text = self.snakemake("--summary", *targets).stdout
        rows = [line.split("\t") for line in text.splitlines() if line.count("\t") == 5]
        return [
            Job(rule, file)
            for file, _date, rule, _logs, _status, plan in rows[1:]
            if plan != "no update"
        ]

    def edit(self, module: str, addition: str = "EDITED = True") -> None:
        """Add a line to a module of the package, by default one of code that nothing uses."""
        file = self.project / "scripts/asrbench" / module
        file.write_text(f"{file.read_text()}\n{addition}\n")


def rules(jobs: list[Job]) -> set[str]:
    """Names of the rules of some jobs."""
    return {job.rule for job in jobs}
