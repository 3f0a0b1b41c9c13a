"""Draws word error rate against energy from wer.csv and energy.csv."""

from asrbench.basics import errors
from asrbench.figures import command, wer_vs_energy

if __name__ == "__main__":
    errors.run(lambda: command.main(wer_vs_energy.draw, __doc__))
