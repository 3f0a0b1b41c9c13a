"""Draws the figure of parameters from parameters.csv."""

from asrbench.basics import errors
from asrbench.figures import command, parameters

if __name__ == "__main__":
    errors.run(lambda: command.main(parameters.draw, __doc__))
