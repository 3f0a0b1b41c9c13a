"""Makes the report: the page of results, with Snakemake's report of the run inside.

Run it in the folder of the run, after the run.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.report import embed as report_embed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--page", type=Path, required=True, help="the page that make_report_page.py made")
    add("--snakefile", type=Path, required=True, help="the workflow's Snakefile")
    add("--out", type=Path, required=True, help="report to write, .html")
    args = parser.parse_args()
    run = report_embed.run_report(args.snakefile, args.config)
    page = args.page.read_text(encoding="utf-8")
    args.out.write_text(report_embed.embed(page, run), encoding="utf-8")
    print(args.out)


if __name__ == "__main__":
    errors.run(main)
