"""Decode three utterances whose words are known with the demonstration's two trained models.

Ends with status 1 where other words come out: this device computes wrong.
"""

import argparse
from pathlib import Path

from asrbench.basics import errors
from asrbench.measure import self_test


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    demo = Path(__file__).resolve().parents[1] / "demo"
    parser.add_argument("--demo", type=Path, default=demo, help="its folder [%(default)s]")
    for line in self_test.run(parser.parse_args().demo):
        print(f"self-test: {line}", flush=True)


if __name__ == "__main__":
    errors.run(main)
