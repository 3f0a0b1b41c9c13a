"""Draws the figure of latency from latency.csv."""

from asrbench import errors, figure_command, figure_latency

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_latency.draw, __doc__))
