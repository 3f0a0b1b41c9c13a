"""Draws latency and speed-up against CPU threads from latency_vs_threads.csv."""

from asrbench.basics import errors
from asrbench.figures import command, latency_vs_threads

if __name__ == "__main__":
    errors.run(lambda: command.main(latency_vs_threads.draw, __doc__))
