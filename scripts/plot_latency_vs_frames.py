"""Draws latency against input length from latency_vs_frames.csv."""

from asrbench import errors, figure_command, figure_latency_vs_frames

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_latency_vs_frames.draw, __doc__))
