"""Draws energy against input length from energy_vs_frames.csv."""

from asrbench.basics import errors
from asrbench.figures import command, energy_vs_frames

if __name__ == "__main__":
    errors.run(lambda: command.main(energy_vs_frames.draw, __doc__))
