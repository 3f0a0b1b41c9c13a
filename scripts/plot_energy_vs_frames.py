"""Draws energy against input length from energy_vs_frames.csv."""

from asrbench import errors, figure_command, figure_energy_vs_frames

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_energy_vs_frames.draw, __doc__))
