"""Prints the summary on the terminal, and where tables, figures and report are."""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.study import config
from asrbench.tables import restlessness, summary_view, table_csv
from rich.console import Console


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--results", type=Path, default=Path("results"), help="folder with tables and plots")
    add("--report", type=Path, help="the report, to be named below the summary")
    args = parser.parse_args()
    console = Console(highlight=False)
    summary = table_csv.read(args.results / "tables", "summary")
    with table_csv.columns_of(args.results / "tables"):
        summary_view.show(console, config.load(args.config), summary)
        if (args.results / "tables/latency.csv").exists():
            latency = table_csv.read(args.results / "tables", "latency")
            summary_view.show_sentence(console, restlessness.sentence(latency))
    places = [("tables", args.results / "tables"), ("figures", args.results / "plots")]
    if args.report:
        places.append(("report", args.report))
    summary_view.show_places(console, [(what, str(where)) for what, where in places])


if __name__ == "__main__":
    errors.run(main)
