"""Sets results of several devices or dates side by side, as tables and figures."""

import argparse
import tempfile
from pathlib import Path

from asrbench.basics import errors
from asrbench.compare import figure as figure_compare
from asrbench.compare import run_folder, tables
from asrbench.figures import style
from asrbench.tables import table_csv


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("runs", nargs="*", help="results folders or archives of pack_results.py, the first first")
    add("--out", type=Path, default=Path("results/compare"), help="folder to write [%(default)s]")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        runs = run_folder.open_all(args.runs, Path(scratch))
        with table_csv.columns_of(Path(", ".join(args.runs))):
            made = tables.write(runs, args.out)
    for name, rows in made.items():
        figure = figure_compare.draw(tables.TABLES[name], rows)
        for ending in ("png", "svg"):
            style.save(figure, args.out / f"{name}.{ending}")
    print(f"{args.out}: {len(runs)} runs and the published study, {len(made['latency'])} rows each")


if __name__ == "__main__":
    errors.run(main)
