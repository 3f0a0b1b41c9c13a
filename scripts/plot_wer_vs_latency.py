"""Draws word error rate against latency from wer.csv and latency.csv."""

from asrbench import errors, figure_command, figure_wer_vs_latency

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_wer_vs_latency.draw, __doc__))
