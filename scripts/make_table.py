"""Makes one table of the study from its raw rows or other tables, as CSV, Markdown and LaTeX."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from asrbench.basics import errors
from asrbench.study import config
from asrbench.tables import table_csv
from asrbench.tables.catalogue import NAMES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("name", choices=NAMES, metavar="NAME", help=f"the table: {', '.join(NAMES)}")
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--results", type=Path, default=Path("results"), help="folder of the raw rows [results]")
    add("--csv", type=Path, required=True, help="table to write, in full precision")
    add("--markdown", type=Path, required=True, help="table to write, to be read")
    add("--latex", type=Path, required=True, help="table to write, for a paper")
    args = parser.parse_args()
    # pandera imports it where it is there, and pytest with it: a quarter of a table's time.
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]
    # The one table alone: the workflow counts what is imported for another as not used here.
    table = import_module(f"asrbench.tables.{args.name}").TABLE
    study = config.load(args.config)
    with table_csv.columns_of(args.results / "tables"):
        rows = table.make(study, args.results)
    table.write(rows, study, args.csv, args.markdown, args.latex)
    print(f"{args.csv}: {len(rows)} rows; {args.markdown}")


if __name__ == "__main__":
    errors.run(main)
