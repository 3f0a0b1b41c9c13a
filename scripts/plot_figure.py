"""Draws one figure of the study from its tables."""

import argparse
from importlib import import_module
from pathlib import Path

from asrbench.basics import errors
from asrbench.figures import style
from asrbench.figures.catalogue import TABLES_OF
from asrbench.study import config
from asrbench.tables import table_csv


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("name", choices=TABLES_OF, metavar="NAME", help=f"the figure: {', '.join(TABLES_OF)}")
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--tables", type=Path, default=Path("results/tables"), help="folder of the tables' CSV")
    add("--out", type=Path, nargs="+", required=True, help="figure to write, .png or .svg")
    args = parser.parse_args()
    draw = import_module(f"asrbench.figures.{args.name}").draw
    study = config.load(args.config)
    with table_csv.columns_of(args.tables):
        figure = draw(args.tables, study)
    for path in args.out:
        style.save(figure, path)
        print(path)


if __name__ == "__main__":
    errors.run(main)
