"""Set up a fresh copy under each Python that the project runs on, and run a small study in it.

    python tests/pythons.py python3.11 python3.12 /opt/python3.13/bin/python3

Every one must give the published numbers of parameters, and the hypotheses of the first. Before
that, pip is asked for a wheel of every pin for each Python on x86-64 and 64-bit Arm.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import foreign_wheels
import small_study
from small_study import timed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pythons", nargs="*", help="interpreters")
    parser.add_argument(
        "--scratch", type=Path, help="a folder for 2 GB a Python [a new one in /tmp]"
    )
    args = parser.parse_args()
    scratch = (args.scratch or Path(mkdtemp())).resolve()
    began, faults = time.monotonic(), []
    for version in ("3.11", "3.12", "3.13"):
        for machine in ("x86_64", "aarch64"):
            with timed(f"wheels for {version} on {machine}"), TemporaryDirectory() as empty:
                target = Path(empty)
                said = foreign_wheels.install(version, machine, target, scratch, "--dry-run")
            faults += said.splitlines()[-1:]
    first = None
    for number, python in enumerate(args.pythons):
        folder = scratch / f"copy{number}"
        small_study.export(folder)
        with timed(f"set-up under {python}"):
            subprocess.run(["make", "setup", f"PYTHON={python}"], cwd=folder, check=True)
        small_study.run(folder)
        first = first or folder
        faults += [f"{python}: {fault}" for fault in small_study.faults(folder, first)]
    sys.exit(
        small_study.close(
            f"set-up and study under {', '.join(args.pythons)}", began, faults, scratch
        )
    )


if __name__ == "__main__":
    main()
