"""Print which power meters this device has, what each says now, and why the others say nothing.

With advice where something can be done: a group, a udev rule, a line for sudo.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.meters import catalogue, listing
from asrbench.study import config
from asrbench.study.energy_settings import Energy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--config", help="a study, for the meters that its block energy names")
    parser.add_argument("--root", default="/", help="where the kernel's files are [%(default)s]")
    arguments = parser.parse_args()
    settings = config.load(arguments.config).energy if arguments.config else Energy()
    found = catalogue.probed(catalogue.chosen(settings, Path(arguments.root)))
    try:
        print("\n".join(listing.lines(found)))
    finally:
        for probed in found:
            probed.meter.close()


if __name__ == "__main__":
    errors.run(main)
