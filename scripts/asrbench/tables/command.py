"""The command line that all scripts/table_*.py share."""

import argparse
from pathlib import Path

from asrbench.study import config
from asrbench.tables import table_csv
from asrbench.tables.table import Table


def main(table: Table, description: str) -> None:
    """Parse the arguments, make the table, write it as CSV, Markdown and LaTeX."""
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--results", type=Path, default=Path("results"), help="folder of the raw rows")
    add("--csv", type=Path, required=True, help="table to write, in full precision")
    add("--markdown", type=Path, required=True, help="table to write, to be read")
    add("--latex", type=Path, required=True, help="table to write, for a paper")
    args = parser.parse_args()
    study = config.load(args.config)
    with table_csv.columns_of(args.results / "tables"):
        rows = table.make(study, args.results)
    table.write(rows, study, args.csv, args.markdown, args.latex)
    print(f"{args.csv}: {len(rows)} rows; {args.markdown}")
