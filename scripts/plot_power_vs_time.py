"""Draws power over time from power_vs_time.csv."""

from asrbench import errors, figure_command, figure_power_vs_time

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_power_vs_time.draw, __doc__))
