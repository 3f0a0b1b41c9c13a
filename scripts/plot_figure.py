"""Draws one figure of the study from its tables."""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from asrbench.basics import errors
from asrbench.figures.catalogue import TABLES_OF
from asrbench.workflow import made_together


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("name", choices=TABLES_OF, metavar="NAME", help=f"the figure: {', '.join(TABLES_OF)}")
    add("--config", type=Path, required=True, help="the study, such as results/study.json")
    add("--tables", type=Path, default=Path("results/tables"), help="folder of the tables' CSV")
    add("--out", type=Path, nargs="+", required=True, help="figure to write, .png or .svg")
    add("--planned", type=Path, help="what a run is to make: other figures that can be are drawn")
    args = parser.parse_args()

    def maker() -> made_together.Maker:
        from asrbench.figures import style
        from asrbench.study import config
        from asrbench.tables import table_csv

        study = config.load(args.config)

        def make(name: str, outputs: Sequence[Path]) -> str:
            # By its name: the workflow counts what is imported for another as not used here.
            draw = import_module(f"asrbench.figures.{name}").draw
            with table_csv.columns_of(args.tables):
                figure = draw(args.tables, study)
            for path in outputs:
                style.save(figure, path)
            return "\n".join(map(str, args.out))

        return make

    made_together.make(args.planned, "plot_figure", args.name, args.out, maker)


if __name__ == "__main__":
    errors.run(main)
