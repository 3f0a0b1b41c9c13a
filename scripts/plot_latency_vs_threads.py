"""Draws latency and speed-up against CPU threads from latency_vs_threads.csv."""

from asrbench import errors, figure_command, figure_latency_vs_threads

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_latency_vs_threads.draw, __doc__))
