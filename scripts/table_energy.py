"""Makes the table of energy from results/energy and results/tables/latency.csv."""

from asrbench.basics import errors
from asrbench.tables import command, energy

if __name__ == "__main__":
    errors.run(lambda: command.main(energy.TABLE, __doc__))
