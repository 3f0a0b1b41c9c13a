"""Makes the table of latency from results/latency."""

from asrbench.basics import errors
from asrbench.tables import command, latency

if __name__ == "__main__":
    errors.run(lambda: command.main(latency.TABLE, __doc__))
