"""Makes the table of power over time from results/energy."""

from asrbench.basics import errors
from asrbench.tables import command, power_vs_time

if __name__ == "__main__":
    errors.run(lambda: command.main(power_vs_time.TABLE, __doc__))
