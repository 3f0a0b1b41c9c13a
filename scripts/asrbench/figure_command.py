"""The command line that all scripts/plot_*.py share."""

import argparse
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from asrbench import config, figure_style
from asrbench.config import Study


def main(draw: Callable[[Path, Study], Figure], description: str) -> None:
    """Parse the arguments, draw from the folder of tables, save by the ending of ``--out``."""
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--tables", type=Path, default=Path("results/tables"), help="folder of the tables' CSV")
    add("--out", type=Path, required=True, help="figure to write, .png or .svg")
    args = parser.parse_args()
    figure_style.save(draw(args.tables, config.load(args.config)), args.out)
    print(args.out)
