"""Makes the table of the forward pass against batch size from results/sweeps/batch."""

from asrbench.basics import errors
from asrbench.tables import command, latency_vs_batch

if __name__ == "__main__":
    errors.run(lambda: command.main(latency_vs_batch.TABLE, __doc__))
