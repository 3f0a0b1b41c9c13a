"""Say whether this device is fit to be measured, why it matters, and what to do.

Ends with status 1 where it is not.
"""

import argparse

from asrbench.basics import errors
from asrbench.device import checks
from rich.console import Console
from rich.table import Table


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    table = Table("check", "verdict", "found", "why it matters", "what to do")
    found = checks.run()
    for check in found:
        advice = check.advice if check.verdict == "unfit" else ""
        table.add_row(check.check, check.verdict, check.found, check.why, advice)
    Console().print(table)
    return 1 if checks.unfit(found) else 0


if __name__ == "__main__":
    errors.run(main)
