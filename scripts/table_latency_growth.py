"""Makes the table of growth with input length from results/sweeps/frames."""

from asrbench.basics import errors
from asrbench.tables import command, latency_growth

if __name__ == "__main__":
    errors.run(lambda: command.main(latency_growth.TABLE, __doc__))
