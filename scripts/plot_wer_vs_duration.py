"""Draws word error rate against the duration of utterances from wer_vs_duration.csv."""

from asrbench import errors, figure_command, figure_wer_vs_duration

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_wer_vs_duration.draw, __doc__))
