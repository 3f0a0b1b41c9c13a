"""Draws the forward pass against batch size from latency_vs_batch.csv."""

from asrbench import errors, figure_command, figure_latency_vs_batch

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_latency_vs_batch.draw, __doc__))
