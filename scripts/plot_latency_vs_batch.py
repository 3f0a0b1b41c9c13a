"""Draws the forward pass against batch size from latency_vs_batch.csv."""

from asrbench.basics import errors
from asrbench.figures import command, latency_vs_batch

if __name__ == "__main__":
    errors.run(lambda: command.main(latency_vs_batch.draw, __doc__))
