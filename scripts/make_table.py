"""Makes one table of the study from its raw rows or other tables, as CSV, Markdown and LaTeX."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from asrbench.basics import errors
from asrbench.tables.catalogue import NAMES
from asrbench.workflow import made_together


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("name", choices=NAMES, metavar="NAME", help=f"the table: {', '.join(NAMES)}")
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--results", type=Path, default=Path("results"), help="folder of the raw rows [results]")
    add("--csv", type=Path, required=True, help="table to write, in full precision")
    add("--markdown", type=Path, required=True, help="table to write, to be read")
    add("--latex", type=Path, required=True, help="table to write, for a paper")
    add("--planned", type=Path, help="what a run is to make: other tables that can be are made too")
    args = parser.parse_args()

    def maker() -> made_together.Maker:
        # pandera imports it where it is there, and pytest with it: a quarter of a table's time.
        sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]
        from asrbench.study import config
        from asrbench.tables import table_csv

        study = config.load(args.config)

        def make(name: str, outputs: Sequence[Path]) -> str:
            # By its name: the workflow counts what is imported for another as not used here.
            table = import_module(f"asrbench.tables.{name}").TABLE
            with table_csv.columns_of(args.results / "tables"):
                rows = table.make(study, args.results)
            csv, _schema, markdown, latex = outputs
            table.write(rows, study, csv, markdown, latex)
            return f"{args.csv}: {len(rows)} rows; {args.markdown}"

        return make

    outputs = [args.csv, args.csv.with_suffix(".schema.json"), args.markdown, args.latex]
    made_together.make(args.planned, "make_table", args.name, outputs, maker)


if __name__ == "__main__":
    errors.run(main)
