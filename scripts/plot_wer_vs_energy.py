"""Draws word error rate against energy from wer.csv and energy.csv."""

from asrbench import errors, figure_command, figure_wer_vs_energy

if __name__ == "__main__":
    errors.run(lambda: figure_command.main(figure_wer_vs_energy.draw, __doc__))
