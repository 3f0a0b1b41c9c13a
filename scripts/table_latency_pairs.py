"""Makes the table of pairs of variants from results/latency."""

from asrbench.basics import errors
from asrbench.tables import command, latency_pairs

if __name__ == "__main__":
    errors.run(lambda: command.main(latency_pairs.TABLE, __doc__))
