"""Draws power over time from power_vs_time.csv."""

from asrbench.basics import errors
from asrbench.figures import command, power_vs_time

if __name__ == "__main__":
    errors.run(lambda: command.main(power_vs_time.draw, __doc__))
