"""Draws the figure of latency from latency.csv."""

from asrbench.basics import errors
from asrbench.figures import command, latency

if __name__ == "__main__":
    errors.run(lambda: command.main(latency.draw, __doc__))
