"""The command line that all scripts/plot_*.py share."""

import argparse
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from asrbench.figures import style
from asrbench.study import config
from asrbench.study.config import Study
from asrbench.tables import table_csv


def main(draw: Callable[[Path, Study], Figure], description: str) -> None:
    """Parse the arguments, draw from the folder of tables, save by the ending of ``--out``."""
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--tables", type=Path, default=Path("results/tables"), help="folder of the tables' CSV")
    add("--out", type=Path, required=True, help="figure to write, .png or .svg")
    args = parser.parse_args()
    study = config.load(args.config)
    with table_csv.columns_of(args.tables):
        figure = draw(args.tables, study)
    style.save(figure, args.out)
    print(args.out)
