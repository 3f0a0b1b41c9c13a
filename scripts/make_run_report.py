"""Makes Snakemake's own report of the run. Run it in the folder of the run, after the run."""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.report import run_report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--snakefile", type=Path, required=True, help="the workflow's Snakefile")
    add("--out", type=Path, required=True, help="report to write, .html")
    args = parser.parse_args()
    run_report.write(args.snakefile, args.config, args.out)
    print(args.out)


if __name__ == "__main__":
    errors.run(main)
