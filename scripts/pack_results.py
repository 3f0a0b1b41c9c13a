"""Packs a run into one zip to be sent: tables, figures, device, study, raw rows, and an RO-Crate.

No speech and no weights are in it. What it prints says what takes most of it.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.compare import pack

MAIL_BYTES = 20_000_000  # what many mail servers take


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--results", type=Path, default=Path("results"), help="results of a run [%(default)s]")
    add("--out", type=Path, default=Path("results.zip"), help="archive to write [%(default)s]")
    add("--without", nargs="+", choices=pack.OPTIONAL, default=[], help="what to leave out")
    add("--license", default="", help="terms of use, as a name or an address; none unless given")
    args = parser.parse_args()
    packed = pack.pack(args.results, args.out, tuple(args.without), args.license)
    print(f"{args.out}: {packed.archive_bytes / 1e6:.2f} MB, {packed.files} files")
    large = packed.archive_bytes > MAIL_BYTES
    if large:
        print(f"more than the {MAIL_BYTES / 1e6:.0f} MB that many mail servers take")
    for name, size in list(packed.group_bytes.items())[:3]:
        advice = f"; leave it out: --without {name}" if name in pack.OPTIONAL else ""
        print(f"  {name}: {size / 1e6:.2f} MB{advice}")


if __name__ == "__main__":
    errors.run(main)
