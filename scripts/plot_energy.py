"""Draws the figure of energy from energy.csv."""

from asrbench.basics import errors
from asrbench.figures import command, energy

if __name__ == "__main__":
    errors.run(lambda: command.main(energy.draw, __doc__))
