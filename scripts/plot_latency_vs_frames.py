"""Draws latency against input length from latency_vs_frames.csv."""

from asrbench.basics import errors
from asrbench.figures import command, latency_vs_frames

if __name__ == "__main__":
    errors.run(lambda: command.main(latency_vs_frames.draw, __doc__))
