"""Draws word error rate against latency from wer.csv and latency.csv."""

from asrbench.basics import errors
from asrbench.figures import command, wer_vs_latency

if __name__ == "__main__":
    errors.run(lambda: command.main(wer_vs_latency.draw, __doc__))
