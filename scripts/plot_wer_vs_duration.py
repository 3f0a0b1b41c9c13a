"""Draws word error rate against the duration of utterances from wer_vs_duration.csv."""

from asrbench.basics import errors
from asrbench.figures import command, wer_vs_duration

if __name__ == "__main__":
    errors.run(lambda: command.main(wer_vs_duration.draw, __doc__))
