"""Makes the table of energy against input length from energy and latency_vs_frames.csv."""

from asrbench.basics import errors
from asrbench.tables import command, energy_vs_frames

if __name__ == "__main__":
    errors.run(lambda: command.main(energy_vs_frames.TABLE, __doc__))
