"""Draws the figure of energy from energy.csv."""

from asrbench import errors, figure_command, figure_energy

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_energy.draw, __doc__))
