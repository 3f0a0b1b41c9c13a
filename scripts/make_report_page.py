"""Makes the page of the report, one HTML file, from the tables and the device's description."""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.report import facts as report_facts
from asrbench.report import page as report_page
from asrbench.study import config
from asrbench.tables import table_csv


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add(
        "--results",
        type=Path,
        default=Path("results"),
        help="folder of device.json, tables and plots",
    )
    add("--out", type=Path, required=True, help="page to write, .html")
    args = parser.parse_args()
    facts = report_facts.read(config.load(args.config), args.results)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with table_csv.columns_of(args.results / "tables"):
        page = report_page.make(facts, args.results / "plots")
    args.out.write_text(page, encoding="utf-8")
    print(args.out)


if __name__ == "__main__":
    errors.run(main)
