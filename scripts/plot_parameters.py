"""Draws the figure of parameters from parameters.csv."""

from asrbench import errors, figure_command, figure_parameters

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_parameters.draw, __doc__))
